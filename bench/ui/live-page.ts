import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from '@playwright/test';
import type { System } from '../../e2e/system.ts';
import { report } from '../figure.ts';
import { heapMb, msUntilShown, watchFrames, withPage } from './browser.ts';

const FRAMES_MS = 20_000;
const MINUTE_MS = 60_000;
const MINUTES = Number(process.env.STORMGLASS_UI_MINUTES ?? '5');
const MAP_SHOWN = `document.querySelectorAll('[aria-label^="service "]').length > 10`;

/** The live map as it is left open: frames, the longest task, and the heap minute after minute. */
export async function measureLivePage(
  browser: Browser,
  { dashboard }: System,
  ordersPerSecond: number,
): Promise<void> {
  await withPage(browser, async (page) => {
    await msUntilShown(page, dashboard, MAP_SHOWN);
    await delay(5_000);
    const { perSecond, longestTaskMs } = await watchFrames(page, FRAMES_MS);
    const params = { services: 14, ordersPerSecond };
    report({ bench: 'ui', figure: 'live map, frames', value: perSecond, unit: '1/s', goal: '>= 60', params });
    report({
      bench: 'ui',
      figure: 'live map, longest task',
      value: longestTaskMs,
      unit: 'ms',
      goal: '<= 50',
      params,
    });
    for (let minute = 0; minute <= MINUTES; minute++) {
      if (minute > 0) await delay(MINUTE_MS);
      const value = await heapMb(page);
      report({
        bench: 'ui',
        figure: 'live map, heap',
        value,
        unit: 'MB',
        goal: null,
        params: { minute, ordersPerSecond },
      });
    }
  });
}
