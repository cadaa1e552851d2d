import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './system.ts';

async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** Reaches an element as a keyboard does, and presses Enter there. */
async function enter(element: Locator): Promise<void> {
  await element.focus();
  await expect(element).toBeFocused();
  await element.press('Enter');
}

test('By keyboard alone: a service is found on the map, its callers are followed, it is compared with the time before, and the map is grouped', async ({
  page,
  system,
}) => {
  await page.goto(system.dashboard);
  const node = (id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);
  const dimmed = (id: string) => node(id).locator('[data-dim="true"]');
  await expect(node('payments')).toBeVisible({ timeout: 60_000 });
  await expect(node('catalog')).toBeVisible();

  await page.keyboard.press('/');
  const find = page.getByRole('searchbox', { name: 'Find on the map' });
  await expect(find).toBeFocused();
  await page.keyboard.type('catalog');
  await expect(dimmed('payments')).toBeAttached();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/node=catalog/);
  await expect(page.getByText(/^1 of \d+$/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dimmed('payments')).not.toBeAttached();

  const path = page.getByRole('group', { name: 'Path through what is chosen' });
  await enter(path.getByRole('button', { name: 'Calls it' }));
  await expect(page).toHaveURL(/path=callers/);
  await expect(dimmed('payments')).toBeAttached();
  await expect(dimmed('gateway')).not.toBeAttached();
  await enter(path.getByRole('button', { name: 'All', exact: true }));

  await enter(page.getByRole('button', { name: 'Compare' }));
  const baseline = page.getByRole('dialog', { name: 'Compare' });
  await expect(baseline).toBeVisible();
  expect(await violations(page), 'with the choice of a baseline open').toEqual([]);
  await enter(baseline.getByRole('button', { name: 'With just before' }));
  await expect(page).toHaveURL(/base=before/);
  await expect(page.getByRole('table', { name: 'Now and in the baseline' })).toContainText('p95');
  await page.getByRole('button', { name: 'Close panel' }).press('Enter');

  await enter(page.getByRole('button', { name: 'Group', exact: true }));
  await expect(page).toHaveURL(/group=on/);
  await page.reload();
  const cluster = page.locator('.react-flow__node[aria-label^="cluster "]').first();
  await expect(cluster).toBeVisible();
  expect(await violations(page), 'grouped, with a baseline').toEqual([]);
});
