import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './system.ts';

async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

test('By keyboard alone: a search is completed from real attributes, kept, paused, narrowed, and two of its traces are compared', async ({
  page,
  system,
}) => {
  await page.goto(`${system.dashboard}/traces`);
  const traces = page.locator('a[href*="/traces/"]');
  await expect(traces.first()).toBeVisible({ timeout: 60_000 });
  const keyboard = page.keyboard;

  const field = page.getByRole('combobox', { name: 'Search traces' });
  const first = page.getByRole('option').first();
  await field.focus();
  await keyboard.type('http.rou');
  await expect(first).toContainText(/^http\.route=.*span/);
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(field).toHaveValue('http.route=');
  await expect(first).toContainText('http.route=/');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await keyboard.press('Enter');
  await expect(page).toHaveURL(/q=http\.route/);
  await expect(traces.nth(1)).toBeVisible();

  await page.getByRole('button', { name: 'Saved' }).focus();
  await keyboard.press('Enter');
  await page.getByLabel('Save this search as').focus();
  await keyboard.type('routes');
  await keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Forget routes' })).toBeVisible();
  expect(await violations(page), 'with the saved searches open').toEqual([]);
  await keyboard.press('Escape');

  await page.getByRole('button', { name: 'Pause' }).focus();
  await keyboard.press('Enter');
  const fresh = page.getByRole('button', { name: /^Show \d+ new$/ });
  await expect(fresh).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('held still')).toBeVisible();

  await page.getByRole('button', { name: 'Facets' }).focus();
  await keyboard.press('Enter');
  const facets = page.getByRole('complementary', { name: 'Facets' });
  await expect(facets.getByRole('list', { name: 'service' }).getByRole('button').first()).toBeVisible();
  const bar = page.getByRole('list', { name: 'Traces by duration' }).locator('button:enabled').first();
  await bar.focus();
  await keyboard.press('Enter');
  await expect(page.getByText(/selected:/)).toBeVisible();
  expect(await violations(page), 'with facets and a selection').toEqual([]);
  await facets.getByRole('button', { name: 'Close panel' }).focus();
  await keyboard.press('Enter');
  await page.getByRole('group', { name: /^Latency over time/ }).focus();
  await keyboard.press('Escape');
  await expect(page.getByText(/selected:/)).toBeHidden();

  await fresh.focus();
  await keyboard.press('Enter');
  await expect(page.getByText(/follows live/)).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).focus();
  await keyboard.press('Enter');
  await expect(page.getByText('held still')).toBeVisible();
  for (const row of [0, 1]) {
    await page
      .getByRole('checkbox', { name: /^Compare trace/ })
      .nth(row)
      .focus();
    await keyboard.press('Space');
  }
  await page.getByRole('link', { name: 'Compare the two' }).focus();
  await keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Spans of both traces' })).toBeVisible();
  await expect(page.getByText(/in both/)).toBeVisible();
  expect(await violations(page), 'of the comparison').toEqual([]);
});
