import { rmSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { sendLargeTrace } from './large-trace.ts';
import { expect, startSystem, test } from './system.ts';

/** The campaign `large-trace` opens one of 100,000. */
const SPANS = Number(process.env.STORMGLASS_TRACE_SPANS ?? '5000');

async function clean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`),
  ).toEqual([]);
}

/** Tab after Tab to a control, as a person without a mouse goes. */
async function tabTo(page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const focused = () =>
    page.evaluate<string>('document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? ""');
  for (let i = 0; i < 80 && (await focused()) !== name; i++) await page.keyboard.press(key);
  expect(await focused()).toBe(name);
}

/** Searches with `/`, and goes to the first match with Enter. */
async function find(page: Page, words: string, matches: number): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(words);
  const found = page.getByRole('search').getByRole('status');
  await expect(found).toHaveText(`${matches} found`);
  await page.keyboard.press('Enter');
  await expect(found).toHaveText(`1 of ${matches}`);
  await page.keyboard.press('Tab');
}

// A store of its own: nobody else's lists begin with a trace of this size.
test(`A trace of ${SPANS} spans is opened whole, searched and walked by keyboard alone, and its address keeps it`, async ({
  page,
}) => {
  const system = await startSystem({ args: ['--bare'] });
  try {
    const id = await sendLargeTrace(system, SPANS);
    await page.goto(`${system.dashboard}/traces/${id}`);
    const tree = page.getByRole('tree', { name: `Waterfall of ${SPANS} spans` });
    const selected = tree.locator('[aria-selected="true"]');
    await expect(tree).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('1 orphan', { exact: true })).toBeVisible();

    await find(page, 'ledger/entries', 3);
    await expect(tree.getByText('3 attempts: POST /entries')).toBeVisible();
    await find(page, 'lost parent', 1);
    await expect(selected.getByText('orphan')).toBeVisible();
    await find(page, 'told', 1);
    await expect(selected.getByText('linked')).toBeVisible();
    await find(page, `item=${SPANS - 1}`, 1);
    await expect(selected).toBeInViewport();

    await tabTo(page, 'Part of the trace that is shown', 'Shift+Tab');
    await page.keyboard.press('ArrowUp');
    await expect(page).toHaveURL(/zoom=\d+-\d+/);
    const address = page.url();
    await page.reload();
    await expect(page.getByRole('search').getByRole('status')).toHaveText('1 of 1', { timeout: 60_000 });
    await expect(selected).toBeInViewport();
    expect(page.url()).toBe(address);

    await tabTo(page, 'Table');
    await page.keyboard.press('Enter');
    const table = page.getByRole('table', { name: 'Spans' });
    await expect(table).toHaveAttribute('aria-rowcount', `${SPANS + 2}`);
    await tabTo(page, 'Duration');
    await page.keyboard.press('Enter');
    await expect(table.getByRole('columnheader', { name: 'Duration' })).toHaveAttribute(
      'aria-sort',
      'descending',
    );
    await tabTo(page, 'Table of spans', 'Shift+Tab');
    await page.keyboard.press('Home');
    await expect(page.getByRole('complementary', { name: 'Span import of everything' })).toBeVisible();
    await clean(page);

    await tabTo(page, 'Flame', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Flame view of the trace');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('complementary', { name: /^Span (batch|item)/ })).toBeVisible();
    await clean(page);
  } finally {
    await page.close();
    await system.stop();
    rmSync(system.dataDir, { recursive: true, force: true });
  }
});
