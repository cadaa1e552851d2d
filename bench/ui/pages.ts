import type { Browser } from '@playwright/test';
import { PAGES } from '../../e2e/shown.ts';
import type { System } from '../../e2e/system.ts';
import { percentile, report } from '../figure.ts';
import { dataShown, msUntilShown, withPage } from './browser.ts';
import { firstLoadKb } from './first-load.ts';
import { interact } from './interactions.ts';

const LOADS = 10;
/** Their scripts are those of any trace, saga or run. */
const OF_ONE_THING = ['/traces/0', '/traces/compare', '/sagas/0', '/chaos/runs/0'];

/** First-load JavaScript of each route, as the server names it. */
export async function measureFirstLoad({ dashboard }: System): Promise<void> {
  const known = new Map<string, number>();
  for (const path of [...PAGES.map((page) => page.path), ...OF_ONE_THING]) {
    const value = await firstLoadKb(dashboard, path, known);
    report({
      bench: 'ui',
      figure: 'first-load JavaScript',
      value,
      unit: 'KB gzip',
      goal: '<= 350',
      params: { path },
    });
  }
}

/** Time to data of each page on a server that served it before, to a browser that never saw it. */
export async function measureTimeToData(browser: Browser, { dashboard }: System): Promise<void> {
  const all: number[] = [];
  for (const shown of PAGES) {
    const load = () =>
      withPage(browser, (page) => msUntilShown(page, `${dashboard}${shown.path}`, dataShown(shown)));
    await load();
    const samples: number[] = [];
    for (let i = 0; i < LOADS; i++) samples.push(await load());
    all.push(...samples);
    const params = { path: shown.path, loads: LOADS };
    const of = (figure: string, q: number, goal: string | null) =>
      report({ bench: 'ui', figure, value: percentile(samples, q), unit: 'ms', goal, params });
    of('time to data p50', 0.5, null);
    of('time to data p95', 0.95, '<= 1000');
  }
  const params = { pages: PAGES.length, loads: LOADS };
  report({
    bench: 'ui',
    figure: 'time to data p95, all pages',
    value: percentile(all, 0.95),
    unit: 'ms',
    goal: '<= 1000',
    params,
  });
}

/** Interaction to next paint on each page, with the shop's traffic coming in. */
export async function measureInteractions(browser: Browser, { dashboard }: System): Promise<void> {
  for (const shown of PAGES) {
    const samples = await withPage(browser, async (page) => {
      await msUntilShown(page, `${dashboard}${shown.path}`, dataShown(shown));
      return interact(page);
    });
    const params = { path: shown.path, interactions: samples.length };
    report({
      bench: 'ui',
      figure: 'interaction to next paint p95',
      value: percentile(samples, 0.95),
      unit: 'ms',
      goal: '<= 100',
      params,
    });
  }
}
