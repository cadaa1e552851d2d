import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { call } from './api.ts';
import { watchShifts } from './layout-shift.ts';
import { sql } from './ledger.ts';
import { PAGES, type Shown } from './shown.ts';
import { expect, type System, test } from './system.ts';

/** Pages of one thing: their path is known only when there is such a thing. */
const DETAILS: Readonly<Record<string, (system: System) => Promise<Shown>>> = {
  '/traces/[id]': async (system) => ({
    path: `/traces/${(await newestTraces(system, 1))[0]}`,
    shows: 'payments',
  }),
  '/traces/compare': async (system) => {
    const [a, b] = await newestTraces(system, 2);
    return { path: `/traces/compare?a=${a}&b=${b}`, shows: 'in both' };
  },
  '/sagas/[id]': async (system) => {
    const { sagas } = await call(system.dashboard, 'triggerSaga', { input: { failAt: 'ship' } });
    const { sagaId, orderId } = sagas[0] ?? { sagaId: '', orderId: '' };
    const ended = async () =>
      (
        await sql(system, 'orders', "select 1 from order_head where id = $1 and status = 'REJECTED'", [
          orderId,
        ])
      )[0];
    await found(ended);
    return { path: `/sagas/${sagaId}`, shows: 'Compensated' };
  },
  '/chaos/runs/[id]': async (system) => ({
    path: `/chaos/runs/${await measuredRun(system)}`,
    shows: 'Recovery anatomy',
  }),
};

async function newestTraces(system: System, limit: number): Promise<string[]> {
  const q = JSON.stringify({ from: Date.now() - 60_000, to: Date.now(), service: 'payments', limit });
  return found(async () => {
    const { traces } = await call(system.dashboard, 'traces', { input: { q } });
    return traces.length === limit ? traces.map(({ traceId }) => traceId) : undefined;
  });
}

async function found<T>(search: () => Promise<T | undefined>): Promise<T> {
  let result: T | undefined;
  await expect.poll(async () => (result = await search()), { timeout: 120_000 }).toBeDefined();
  if (result === undefined) throw new Error('polled until it was there');
  return result;
}

/** A run that went to its end: one that another scenario left behind, else one made now. */
async function measuredRun(system: System): Promise<string> {
  const ended = async () =>
    (await call(system.dashboard, 'runs')).runs.find(
      ({ verdict }) => verdict === 'passed' || verdict === 'degraded-recovered',
    )?.id;
  const before = await ended();
  if (before !== undefined) return before;
  await call(system.dashboard, 'startRun', { input: { experimentId: 'payment-down-sagas-compensate' } });
  return found(ended);
}

async function open(page: Page, system: System, { path, shows, fill, press }: Shown): Promise<void> {
  await page.goto(`${system.dashboard}${path}`);
  await expect(page.getByRole('banner').getByText('Connected', { exact: true })).toBeVisible();
  if (fill !== undefined) await page.getByLabel(fill[0]).fill(fill[1]);
  if (press !== undefined) await page.getByRole('button', { name: press }).click();
  await expect(page.getByRole('main').getByText(shows).filter({ visible: true }).first()).toBeVisible({
    timeout: 60_000,
  });
}

/** Still, and clean in both themes, of which the second changes nothing but colours, and on a phone. */
async function expectClean(page: Page, system: System, shown: Shown): Promise<void> {
  const shifts = await watchShifts(page);
  await open(page, system, shown);
  await shifts.expectStill();
  expect(await violations(new AxeBuilder({ page }))).toEqual([]);
  await page.getByRole('button', { name: /Change to Light/ }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  expect(await violations(new AxeBuilder({ page }).withRules('color-contrast'))).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = () =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  await expect.poll(overflow, { message: 'pixels to scroll sideways' }).toBeLessThanOrEqual(0);
  expect(await page.evaluate(CUT_OFF), 'boxes whose end no finger can reach').toBe(0);
  await expect(page.getByRole('main').getByText(shown.shows).filter({ visible: true }).first()).toBeVisible();
}

/** How many boxes of the page are longer than what is shown of them, and do not scroll. */
const CUT_OFF = `[...document.querySelectorAll('main, main > div')].filter(
  (box) => getComputedStyle(box).overflowY === 'hidden' && box.scrollHeight > box.clientHeight + 1,
).length`;

async function violations(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

test.describe('In dark, in light and on a phone', () => {
  // Colours on their way to those of the other theme are nobody's.
  test.use({ contextOptions: { reducedMotion: 'reduce' } });
  test.beforeEach(({ page }) => page.addInitScript(() => localStorage.setItem('stormglass.theme', 'dark')));
  for (const shown of PAGES) {
    test(`${shown.path} is drawn without an error, holds still, is clean of axe violations, and scrolls to its end and never sideways`, async ({
      page,
      system,
    }) => {
      await expectClean(page, system, shown);
    });
  }
  for (const [name, find] of Object.entries(DETAILS)) {
    test(`${name} is drawn without an error, holds still, is clean of axe violations, and scrolls to its end and never sideways`, async ({
      page,
      system,
    }) => {
      await expectClean(page, system, await find(system));
    });
  }
});

test('Without a single span the pages say what to do', async ({ page, system }) => {
  const { services } = await call(system.dashboard, 'services', { input: { from: '0', to: '1' } });
  expect(services).toEqual([]);
  await page.goto(`${system.dashboard}/traces?from=1000&to=2000`);
  await expect(page.getByRole('main')).toContainText(/No trace|no trace/);
});
