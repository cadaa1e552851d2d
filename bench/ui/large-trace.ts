import type { Browser } from '@playwright/test';
import { sendLargeTrace } from '../../e2e/large-trace.ts';
import type { System } from '../../e2e/system.ts';
import { median, report } from '../figure.ts';
import { heapMb, msUntilShown, watchFrames, withPage } from './browser.ts';

const SPANS = 100_000;
const ROUNDS = 3;
const SCROLL_MS = 10_000;
const TREE = `document.querySelector('[role="tree"][aria-label="Waterfall of ${SPANS} spans"]')`;
/** Three rows a frame, as a wheel that is turned fast. */
const SCROLL = `${TREE}.scrollTop += 66;`;

/** A trace of 100,000 spans: from its address to its first rows, scrolled, and what it keeps in memory. */
export async function measureLargeTrace(browser: Browser, system: System): Promise<void> {
  const id = await sendLargeTrace(system, SPANS);
  const opened: number[] = [];
  const frames: number[] = [];
  const tasks: number[] = [];
  const heaps: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    await withPage(browser, async (page) => {
      const rows = `${TREE}?.querySelector('[role="treeitem"]')`;
      opened.push(await msUntilShown(page, `${system.dashboard}/traces/${id}`, rows));
      const { perSecond, longestTaskMs } = await watchFrames(page, SCROLL_MS, SCROLL);
      frames.push(perSecond);
      tasks.push(longestTaskMs);
      heaps.push(await heapMb(page));
    });
  }
  const params = { spans: SPANS, rounds: ROUNDS };
  const figure = (name: string, samples: number[], unit: string, goal: string | null) =>
    report({ bench: 'ui', figure: `large trace, ${name}`, value: median(samples), unit, goal, params });
  figure('open', opened, 'ms', '<= 1500');
  figure('frames while scrolled', frames, '1/s', '>= 60');
  figure('longest task while scrolled', tasks, 'ms', '<= 50');
  figure('heap', heaps, 'MB', null);
}
