import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULTS_DOC, withCatalogue } from './faults-doc.ts';

test('docs/faults.md says what the contract says; if not: node scripts/faults-doc.ts', () => {
  expect(readFileSync(FAULTS_DOC, 'utf8')).toBe(withCatalogue());
});
