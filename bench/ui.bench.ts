import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from '@playwright/test';
import { type System, startSystem } from '../e2e/system.ts';
import { startBrowser } from './ui/browser.ts';
import { measureLargeTrace } from './ui/large-trace.ts';
import { measureLivePage } from './ui/live-page.ts';
import { measureFirstLoad, measureInteractions, measureTimeToData } from './ui/pages.ts';
import { measureWatchers } from './ui/watchers.ts';

/**
 * The dashboard in a browser beside the shop, all on one machine: Chromium without a GPU paints with the same cores that
 * the shop runs on, so frames are a lower bound and milliseconds an upper one.
 */
const ORDERS_PER_SECOND = Number(process.env.LOAD_RATE ?? '2');
/** Until every page has something to show. */
const WARM_MS = 30_000;

async function onSystem(
  options: Parameters<typeof startSystem>[0],
  measure: (browser: Browser, system: System) => Promise<void>,
): Promise<void> {
  const system = await startSystem(options);
  const browser = await startBrowser();
  try {
    await measure(browser, system);
  } finally {
    await browser.close();
    await system.stop();
    rmSync(system.dataDir, { recursive: true, force: true });
  }
}

export async function run(): Promise<void> {
  await onSystem({ args: ['--bare'] }, measureLargeTrace);
  await onSystem({ env: { LOAD_RATE: String(ORDERS_PER_SECOND) } }, async (browser, system) => {
    await delay(WARM_MS);
    await measureFirstLoad(system);
    await measureTimeToData(browser, system);
    await measureInteractions(browser, system);
    await measureLivePage(browser, system, ORDERS_PER_SECOND);
    await measureWatchers(system, ORDERS_PER_SECOND);
  });
}
