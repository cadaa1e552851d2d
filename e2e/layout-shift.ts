import { expect, type Page } from '@playwright/test';

/** Frames of the live channel in which the page must hold still: some seconds of traffic. */
const FRAMES = 40;
const MOST = 0.02;

/** Runs in the page: each shift that no key or click caused, with the elements that moved. A live list whose rows make
 * room for a newer one at its top is what a person came for, and can be paused: it does not count. */
const OBSERVE = `window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, startTime, hadRecentInput, sources } of list.getEntries()) {
    if (hadRecentInput) continue;
    const moved = (sources ?? []).map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.textContent?.slice(0, 40));
    if (sources?.length > 0 && sources.every(({ node }) => node?.nodeName === 'TR')) continue;
    window.shifts.push({ value, startTime, moved });
  }
}).observe({ type: 'layout-shift', buffered: true });`;

interface Shift {
  value: number;
  /** Milliseconds since the page's start. */
  startTime: number;
  moved: string[];
}

/** A page that is watched for what moves by itself; begun before it is opened. */
export async function watchShifts(page: Page): Promise<{ expectStill(): Promise<void> }> {
  let frames = 0;
  page.on('websocket', (socket) =>
    socket.on('framereceived', () => {
      frames++;
    }),
  );
  await page.addInitScript(OBSERVE);
  return {
    /** From now, when its first data is shown, through more of them. */
    expectStill: async () => {
      const since = await page.evaluate<number>('performance.now()');
      const before = frames;
      await expect
        .poll(() => frames - before, { message: 'frames of the live channel' })
        .toBeGreaterThan(FRAMES);
      const shifts = (await page.evaluate<Shift[]>('window.shifts')).filter(
        (shift) => shift.startTime > since,
      );
      const sum = shifts.reduce((total, { value }) => total + value, 0);
      expect(sum, `layout shift:\n${JSON.stringify(shifts, null, 1)}`).toBeLessThan(MOST);
    },
  };
}
