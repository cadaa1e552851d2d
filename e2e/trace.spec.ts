import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { sendLargeTrace } from './large-trace.ts';
import { expect, test } from './system.ts';

const SPANS = 100_000;

async function clean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`),
  ).toEqual([]);
}

/** Tab after Tab to a control, as a person without a mouse goes. */
async function tabTo(page: Page, name: string): Promise<void> {
  const focused = () =>
    page.evaluate<string>('document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? ""');
  for (let i = 0; i < 80 && (await focused()) !== name; i++) await page.keyboard.press('Tab');
  expect(await focused()).toBe(name);
}

test('A trace of 100,000 spans is opened whole, searched and walked by keyboard alone, and its address keeps it', async ({
  page,
  system,
}) => {
  const id = await sendLargeTrace(system, SPANS);
  await page.goto(`${system.dashboard}/traces/${id}`);
  const tree = page.getByRole('tree', { name: `Waterfall of ${SPANS} spans` });
  await expect(tree).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('3 attempts: POST /entries')).toBeVisible();
  await expect(page.getByText('1 orphan')).toBeVisible();
  await expect(page.getByText('told', { exact: true })).toBeVisible();

  await page.keyboard.press('/');
  await page.keyboard.type(`item=${SPANS - 1}`);
  const found = page.getByRole('search').getByRole('status');
  await expect(found).toHaveText('1 found');
  await page.keyboard.press('Enter');
  await expect(found).toHaveText('1 of 1');
  await expect(tree.locator('[aria-selected="true"][data-found]')).toBeInViewport();
  await expect(page.getByRole('complementary', { name: 'Span item' })).toContainText(`${SPANS - 1}`);

  await tabTo(page, 'Part of the trace that is shown');
  await page.keyboard.press('ArrowUp');
  await expect(page).toHaveURL(/zoom=\d+-\d+/);
  const address = page.url();
  await page.reload();
  await expect(found).toHaveText('1 of 1', { timeout: 60_000 });
  await expect(tree.locator('[aria-selected="true"][data-found]')).toBeInViewport();
  expect(page.url()).toBe(address);

  await tabTo(page, 'Table');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Spans' })).toHaveAttribute('aria-rowcount', `${SPANS + 2}`);
  await tabTo(page, 'Duration');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Table of spans');
  await page.keyboard.press('Home');
  await expect(page.getByRole('complementary', { name: 'Span import of everything' })).toBeVisible();
  await clean(page);

  await tabTo(page, 'Flame');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Flame view of the trace');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('complementary', { name: /^Span (batch|item|POST)/ })).toBeVisible();
  await clean(page);
});
