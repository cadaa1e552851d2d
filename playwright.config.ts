import { defineConfig } from '@playwright/test';

/** Path of a Chromium that is installed already; without it Playwright takes its own. scripts/test.ts sets it. */
const executablePath = process.env.CHROMIUM_PATH;

/** Scenarios that start a system themselves. */
const OWN = '**/{durability,ci-example}.spec.ts';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  // One real system on two cores: a second worker would only slow the first down.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  // Deadlines are for what never comes: a busy machine of two slow cores is no failure.
  timeout: 480_000,
  // A project has workers of its own, and those their system: those that start one themselves have the machine alone.
  projects: [
    { name: 'own system', testMatch: OWN },
    { name: 'one system', testIgnore: OWN },
  ],
  expect: { timeout: 60_000 },
  forbidOnly: process.env.CI !== undefined,
  outputDir: 'test-results',
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    browserName: 'chromium',
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    viewport: { width: 1440, height: 900 },
    // Without moving pictures: recording them takes from the two cores what the page under test needs.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: false },
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
