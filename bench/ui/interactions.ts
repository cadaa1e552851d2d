import type { Page } from '@playwright/test';

/** Chromium reports interactions of this length or more, in steps of 8 ms; shorter ones count as this. */
const SHORTEST_MS = 16;

const OBSERVE = `window.interactions = new Map();
new PerformanceObserver((list) => {
  for (const { interactionId, duration } of list.getEntries()) {
    if (interactionId === 0) continue;
    window.interactions.set(interactionId, Math.max(duration, window.interactions.get(interactionId) ?? 0));
  }
}).observe({ type: 'event', durationThreshold: ${SHORTEST_MS}, buffered: true });`;

/** Two frames and what they left to do. */
const SETTLED =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))';

/** What a person does on every page: the palette, the sheet, the range, the strip's instant. */
const KEYS = [
  ...['Control+k', 'p', 'a', 'y', 'ArrowDown', 'Backspace', 'Escape'],
  ...['?', 'Escape', 'Tab', 'Tab', 'Tab', 'Tab'],
];
const CLICKS = [/^15/, /^5/, /^Live/];
const STRIP_KEYS = ['ArrowLeft', 'ArrowLeft', 'Home', 'End', 'Escape'];

/** Interacts with a page that is open; resolves to the milliseconds of each interaction to its next paint. */
export async function interact(page: Page): Promise<number[]> {
  await page.evaluate(OBSERVE);
  let done = 0;
  const after = async (act: Promise<unknown>) => {
    await act;
    await page.evaluate(SETTLED);
    done++;
  };
  for (const key of KEYS) await after(page.keyboard.press(key));
  const range = page.getByRole('group', { name: 'Time range' });
  for (const name of CLICKS)
    await after(range.getByRole('button', { name }).or(range.getByRole('radio', { name })).first().click());
  await page.getByRole('slider', { name: /Instant/ }).focus();
  for (const key of STRIP_KEYS) await after(page.keyboard.press(key));
  const slow = await page.evaluate<number[]>('[...window.interactions.values()]');
  const short = Math.max(0, done - slow.length);
  return [...slow, ...new Array<number>(short).fill(SHORTEST_MS)];
}
