import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { call } from './api.ts';
import { expect, type System, test } from './system.ts';

async function clean(page: Page, part: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join()}`)).toEqual([]);
}

/** The range in the address, epoch ms; NaN where it follows the clock. */
function range(page: Page) {
  const { searchParams } = new URL(page.url());
  const given = (key: string) => Number(searchParams.get(key) ?? Number.NaN);
  return { from: given('from'), to: given('to'), at: given('at'), replay: given('replay') };
}

test('by keyboard alone: a range is zoomed and marked, Back undoes each step, and a replay leads the whole page through it', async ({
  page,
  system,
}) => {
  const asked: string[] = [];
  const since = async () => {
    const input = { from: Date.now() - 600_000, to: Date.now() };
    const { timeline } = await call(system.dashboard, 'timeline', { input });
    const [first] = timeline.breakers.filter((one) => one.service === 'orders' && one.peer === 'payments');
    return Date.now() - (first?.at ?? Date.now());
  };
  await expect.poll(since, 'the breaker has a past').toBeGreaterThan(33_000);
  await page.goto(`${system.dashboard}/breakers`);
  const strip = page.getByRole('slider', { name: /^Instant/ });
  const row = page.getByRole('button', { name: /orders → payments/ }).first();
  await row.focus();
  await page.keyboard.press('Enter');
  const history = page.getByRole('slider', { name: /^History of orders → payments/ });
  await expect(history).toBeVisible();

  await strip.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('+');
  await expect(page).toHaveURL(/from=\d+&to=\d+/);
  const zoomed = range(page);
  expect(zoomed.to - zoomed.from).toBe(75_000);
  await page.keyboard.press('m');
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await expect.poll(() => range(page).to - range(page).from).toBe(30_000);
  const marked = range(page);
  await page.goBack();
  await expect.poll(() => range(page)).toEqual(zoomed);
  await expect(strip).toHaveAttribute('aria-valuemin', String(zoomed.from));
  await page.goBack();
  await expect(page).not.toHaveURL(/from=/);
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.goForward();
  await page.goForward();
  await expect.poll(() => range(page)).toEqual(marked);
  await expect(history, 'the page is the same one').toBeVisible();

  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/timeline') asked.push(request.url());
  });
  await strip.focus();
  await page.keyboard.press('[');
  await page.keyboard.press('p');
  await expect(page.getByRole('button', { name: /Replay 0\.5×/ })).toBeVisible();
  const shown = async () => Number(await history.getAttribute('aria-valuemax'));
  await expect.poll(shown, 'the page shows an instant within the range').toBeLessThan(marked.to);
  await expect.poll(shown, 'and goes on').toBeGreaterThan(marked.from);
  await page.keyboard.press('p');
  await expect.poll(() => range(page).replay).toBeNaN();
  const paused = range(page).at;
  expect(paused).toBeGreaterThan(marked.from);
  await expect(history, 'and stands still').toHaveAttribute('aria-valuemax', String(paused));
  await page.keyboard.press('p');
  for (let i = 0; i < 4; i += 1) await page.keyboard.press(']');
  await expect(page.getByLabel('Speed of the replay')).toHaveValue('10');
  await expect.poll(shown, 'it goes on to the end').toBe(marked.to);
  await expect(page.getByRole('button', { name: /Rewound to/ })).toBeVisible();
  expect(range(page)).toEqual({ ...marked, at: marked.to, replay: Number.NaN });
  expect(asked.length, 'the range was fetched once, if at all').toBeLessThanOrEqual(1);

  await page.getByRole('button', { name: 'Incident strip as a table' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'What happened in the range' })).toBeVisible();
  await clean(page, 'section[aria-label="Incident strip"]');
  await clean(page, '#main');
});

/** States of the breaker of orders for payments, as the services themselves say. */
const states = async (system: System): Promise<string[]> => {
  const { breakers } = await call(system.dashboard, 'breakers');
  const own = breakers.filter(({ service, peer }) => service === 'orders' && peer === 'payments');
  return own.map(({ sample }) => sample?.state ?? 'unknown');
};

test('by keyboard alone: a breaker is forced only after what that hits was read, and Escape leaves it alone', async ({
  page,
  system,
}) => {
  const begun = Date.now();
  const orders = async () =>
    (await call(system.dashboard, 'audit')).entries.filter(
      ({ what, at }) => what === 'breaker.force' && at >= begun,
    ).length;
  await page.goto(`${system.dashboard}/breakers`);
  const row = page.getByRole('button', { name: /orders → payments/ }).first();
  await row.focus();
  await page.keyboard.press('Enter');
  const force = page
    .getByRole('region', { name: 'orders → payments', exact: true })
    .getByRole('button', { name: 'Open', exact: true });
  await force.focus();
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog', { name: 'Open for 30 s?' });
  await expect(question).toContainText('Opens orders → payments on every instance of orders');
  await expect(question).toContainText('The agent takes it back after 30 s');
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await clean(page, '[role="alertdialog"]');
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(force).toBeFocused();
  expect(await orders()).toBe(0);

  await page.keyboard.press('Enter');
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(question).toBeHidden();
  await expect.poll(() => states(system)).toContain('forced_open');
  expect(await orders()).toBeGreaterThan(0);

  const reset = page
    .getByRole('region', { name: 'orders → payments, forced open' })
    .getByRole('button', { name: 'Reset counts' });
  await reset.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog', { name: 'Reset counts?' })).toContainText('do not come back');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => states(system)).not.toContain('forced_open');
});

/** The browser itself fails, for one element alone. */
const SABOTAGE = `
  const { observe } = ResizeObserver.prototype;
  ResizeObserver.prototype.observe = function (element, options) {
    const broken = element.closest('[aria-label="Queue notifications.email"]');
    if (broken && !document.body.dataset.healed) throw new Error('no room to draw in');
    observe.call(this, element, options);
  };
`;

test('a widget that cannot be drawn says so in its own place, the rest of the page goes on, and it can be tried again', async ({
  page,
  system,
  guard,
}) => {
  guard.expects(/no room to draw in/);
  await page.addInitScript({ content: SABOTAGE });
  await page.goto(`${system.dashboard}/queues`);
  const card = page.getByRole('region', { name: 'Queue notifications.email', exact: true });
  const note = card.getByRole('alert');
  await expect(note).toContainText('The chart of Depth of notifications.email could not be drawn');
  await expect(note).toContainText('no room to draw in');
  await expect(card.getByRole('button', { name: 'Pause' })).toBeEnabled();
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(1);
  await expect(page.getByRole('slider', { name: /^Depth of notifications\.sms/ })).toBeVisible();

  await page.evaluate("document.body.dataset.healed = 'yes'");
  await note.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('slider', { name: /^Depth of notifications\.email/ })).toBeVisible();
  await expect(note).toBeHidden();
});
