import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cycles, forbidden, ownImports } from './check/boundaries.ts';
import { ROOT, sources } from './check/sources.ts';

const Manifest = z.object({ exports: z.record(z.string(), z.string()).default({}) });

const exports = Object.fromEntries(
  ['agents', 'chaos', 'sample-services', 'web'].map((folder) => [
    folder,
    Manifest.parse(JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))).exports,
  ]),
);
const imports = ownImports(sources(), exports);
const problems = [
  ...forbidden(imports),
  ...cycles(imports).map((ring) => `folders import each other: ${ring}`),
];
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${imports.length} imports checked, ${problems.length} against the rules\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
