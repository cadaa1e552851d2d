import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { Shown } from '../../e2e/shown.ts';
import { until } from '../probe.ts';

const OPEN_WITHIN_MS = 60_000;

export function startBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** Nothing is in its cache: each has a context of its own, which ends with it. */
export async function withPage<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Runs in the page from its start: `shownAt` is the frame in which `found` (an expression) is first true. */
const watch = (found: string) => `(() => {
  const look = () => {
    if (${found}) window.shownAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

/** Opens an address; resolves to the milliseconds from the start of the navigation to the frame that shows it. */
export async function msUntilShown(page: Page, address: string, found: string): Promise<number> {
  await page.addInitScript(watch(found));
  await page.goto(address);
  return until(`the data of ${address}`, OPEN_WITHIN_MS, async () => {
    const at = Number(await page.evaluate('window.shownAt ?? 0'));
    return at > 0 ? at : null;
  });
}

/** True when the page shows its data; what a press would bring is not waited for. */
export function dataShown({ shows, press }: Shown): string {
  const text = JSON.stringify(press ?? shows);
  return `document.querySelector('main')?.textContent.includes(${text})`;
}

/** Frames a second and the longest task of the page's main thread, ms, over `ms`; `each` is run in every frame. */
export async function watchFrames(
  page: Page,
  ms: number,
  each = '',
): Promise<{ perSecond: number; longestTaskMs: number }> {
  return page.evaluate(`new Promise((resolve) => {
    const tasks = [0];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration)));
    observer.observe({ type: 'longtask' });
    const begun = performance.now();
    let frames = 0;
    const tick = () => {
      frames++;
      ${each}
      const took = performance.now() - begun;
      if (took < ${ms}) return requestAnimationFrame(tick);
      observer.disconnect();
      resolve({ perSecond: (frames / took) * 1000, longestTaskMs: Math.max(...tasks) });
    };
    requestAnimationFrame(tick);
  })`);
}

/** MB of the page's JavaScript heap after a collection. */
export async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await delay(500);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1e6;
}
