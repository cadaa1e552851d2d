import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{agents,chaos,sample-services,scripts,web}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.next/**'],
    passWithNoTests: true,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
