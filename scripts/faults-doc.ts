/** Writes the catalogue into docs/faults.md, from the contract: `node scripts/faults-doc.ts`. */
import { writeFileSync } from 'node:fs';
import { FAULTS_DOC, withCatalogue } from './check/faults-doc.ts';

writeFileSync(FAULTS_DOC, withCatalogue());
