import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { call } from './api.ts';
import { sql } from './ledger.ts';
import { expect, test } from './system.ts';

/** Of the page itself that is proved where all pages are. */
async function clean(page: Page, part: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join()}`)).toEqual([]);
}

/** Reaches an element as a keyboard does, and presses a key there. */
async function press(element: Locator, key: string): Promise<void> {
  await element.focus();
  await expect(element).toBeFocused();
  await element.press(key);
}

test('by keyboard alone: a fact against an invariant is read, acknowledged, and the order it is about is seen in its past', async ({
  page,
  system,
}) => {
  const { sagas } = await call(system.dashboard, 'triggerSaga', { input: { failAt: 'ship' } });
  const { sagaId, orderId } = sagas[0] ?? { sagaId: '', orderId: '' };
  // A capture that only the auditor will notice, while the order is on its way.
  await sql(
    system,
    'outside-world',
    `insert into provider_statement (kind, reference, order_id, amount) values ('capture', $2, $1, 1)`,
    [orderId, `${orderId}-again`],
  );
  try {
    await page.goto(`${system.dashboard}/sagas`);
    const wall = page.getByRole('complementary', { name: 'Invariants' });
    await expect(wall.getByRole('button', { name: /I\d+ \w/ })).toHaveCount(14);
    const tile = wall.getByRole('button', { name: /I2 The provider captures an order at most once/ });
    await expect(tile).toHaveAttribute('data-status', 'violated', { timeout: 30_000 });
    const evidence = wall.getByRole('region', { name: 'Evidence of I2' });
    await press(tile, 'Enter');
    await expect(evidence).toContainText(orderId);
    await clean(page, 'aside[aria-label="Invariants"]');
    await press(evidence.getByLabel(/^Reason/), 'End');
    await page.keyboard.type('a cent of a test');
    const known = evidence.getByRole('button', { name: /^Acknowledge/ });
    await press(known, 'Enter');
    await page.keyboard.press('Enter');
    await expect(evidence.getByText(/^Known: /)).toBeVisible();
    await expect(tile).not.toHaveAttribute('data-status', 'violated');
  } finally {
    await sql(system, 'outside-world', 'delete from provider_statement where reference = $1', [
      `${orderId}-again`,
    ]);
  }

  await page.goto(`${system.dashboard}/sagas/${sagaId}`);
  const past = page.getByRole('region', { name: 'Order and payment over time' });
  const order = past.getByRole('region', { name: 'order as it was' });
  const payment = past.getByRole('region', { name: 'payment as it was' });
  await expect(order).toContainText('REJECTED');
  const slider = past.getByRole('slider');
  await press(slider, 'Home');
  await expect(order).toContainText('PENDING');
  await expect(payment).toContainText('not there yet');
  await press(slider, 'ArrowRight');
  await expect(payment).toContainText('captured');
  await expect(page).toHaveURL(/event=2/);
  await clean(page, 'section[aria-label="Order and payment over time"]');
});
