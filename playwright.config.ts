import { defineConfig } from '@playwright/test';

/** Path of a Chromium that is installed already; without it Playwright takes its own. scripts/test.ts sets it. */
const executablePath = process.env.CHROMIUM_PATH;

/** Videos need an ffmpeg; scripts/test.ts says whether there is one. Without it trace and screenshot must do. */
const canRecord = process.env.STORMGLASS_VIDEOS === '1';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  // One real system on two cores: a second worker would only slow the first down.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 180_000,
  // A project has workers of its own, and those their system: the scenario that starts one itself has the machine alone.
  projects: [
    { name: 'own system', testMatch: '**/durability.spec.ts' },
    { name: 'one system', testIgnore: '**/durability.spec.ts' },
  ],
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI !== undefined,
  outputDir: 'test-results',
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    browserName: 'chromium',
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    video: canRecord ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
});
