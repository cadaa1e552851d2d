import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FAULT_CATALOGUE } from '../../contract/index.ts';
import { PROVED_IN } from './promises.ts';

const ROOT = new URL('../../../', import.meta.url);
const FILES = [...new Set(Object.values(PROVED_IN).flat())];

test('every type of fault has a file of tests which proves all its promises, and nothing else has', () => {
  expect(Object.keys(PROVED_IN).sort()).toEqual(Object.keys(FAULT_CATALOGUE).sort());
  for (const [type, files] of Object.entries(PROVED_IN)) expect(files, type).not.toEqual([]);
});

test.each(FILES)('%s keeps a ledger of what it has proved, and holds it to its types', (file) => {
  const path = fileURLToPath(new URL(file, ROOT));
  expect(existsSync(path)).toBe(true);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('const proofs = new Ledger(import.meta.url);');
  expect(text).toMatch(/^ *proofs\.complete\(\);$/m);
});
