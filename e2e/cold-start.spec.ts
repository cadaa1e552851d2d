import type { Locator } from '@playwright/test';
import { expect, test } from './system.ts';

test.describe('A cold start', () => {
  test('shows real traffic on the map within a minute', async ({ page, system }) => {
    await page.goto(system.dashboard);
    await expect(page.getByRole('banner').getByText('Connected', { exact: true })).toBeVisible();
    for (const service of ['gateway', 'orders', 'inventory', 'payments', 'shipping', 'notifications']) {
      await expect(page.locator(`[aria-label="service ${service}"]`)).toBeVisible();
    }
    await expect(page.locator('[aria-label="gateway to orders"]')).toBeAttached();
    await expect(page.locator('[aria-label="orders to payments"]')).toBeAttached();
    await expect(page.getByRole('region', { name: 'Incident strip' })).toContainText('Saga outcomes');
  });

  test('finds a trace through gateway, orders and payments', async ({ page, system }) => {
    await page.goto(`${system.dashboard}/traces`);
    const search = page.getByRole('searchbox').or(page.getByRole('combobox')).first();
    await search.fill('service=payments http.route=/charges');
    await search.press('Enter');
    // An order of a customer: one that was triggered from the dashboard does not come through the gateway.
    await page.locator('a[href*="/traces/"]').filter({ hasText: 'place order' }).first().click();
    await expect(page).toHaveURL(/\/traces\/[0-9a-f]{32}/);
    const spans = page.getByRole('tree');
    for (const service of ['gateway', 'orders', 'payments']) {
      await expect(() => leafTo(spans, service)).toPass({ timeout: 60_000 });
    }
  });
});

/** Rows out of sight do not exist, and the first order after a start fetches tokens and keys as well: it has many. */
async function leafTo(spans: Locator, service: string): Promise<void> {
  const rows = spans.getByText(service, { exact: true });
  await spans.press('Home');
  for (let last: string | null = null; (await rows.count()) === 0; ) {
    const row = await spans.getAttribute('aria-activedescendant');
    expect(row, `the last of the rows, and no span of ${service}`).not.toBe(last);
    last = row;
    await spans.press('PageDown');
    // The rows follow in the next frame.
    await expect(spans.locator('[aria-selected="true"]')).toBeInViewport();
  }
  await expect(rows.first()).toBeVisible();
}
