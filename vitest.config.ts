import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/test/longest-first.ts';

/** Where `scripts/bootstrap.mjs` has it, too: processes under test start in half the time when it is warm. */
const COMPILED = join(import.meta.dirname, 'node_modules', '.cache', 'compile');

export default defineConfig({
  test: {
    include: ['{agents,chaos,sample-services,scripts,web}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.next/**'],
    passWithNoTests: true,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One more than there are cores: the long files wait for their processes half of the time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILED },
  },
});
