import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { call } from './api.ts';
import { expect, test } from './system.ts';

async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include('main').analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** Reaches an element as a keyboard does, and presses a key there. */
async function press(element: Locator, key: string): Promise<void> {
  await element.focus();
  await expect(element).toBeFocused();
  await element.press(key);
}

test('By keyboard alone: an experiment is found, read, copied, changed in form and text, dry-run and run, and its run shows what ran', async ({
  page,
  system,
}) => {
  const keyboard = page.keyboard;
  await page.goto(`${system.dashboard}/chaos`);
  await page.getByRole('searchbox', { name: 'Search experiments' }).focus();
  await keyboard.type('payments latency hammering');
  const shelves = page.getByRole('search', { name: 'Experiments' });
  await expect(shelves.getByRole('article')).toHaveCount(1);
  expect(await violations(page), 'the library').toEqual([]);
  await press(shelves.getByRole('link', { name: 'Payment latency opens the breaker', exact: true }), 'Enter');
  await expect(page.getByRole('list', { name: 'Method' })).toContainText('payments latency 3.5 s on 80 %');
  await expect(page.getByRole('list', { name: 'Guards' })).toContainText('allowed: 0 to 0.5');
  await expect(page.getByText('ends by itself after 20.0 s')).toBeVisible();
  expect(await violations(page), 'one experiment').toEqual([]);

  await press(page.getByRole('link', { name: 'Edit a copy' }), 'Enter');
  const yaml = page.getByRole('textbox', { name: 'Experiment as YAML' });
  await expect(yaml).toContainText('name: charges take 3.5 s longer');
  const validation = page.getByRole('region', { name: 'Validation' });
  const dry = page.getByRole('region', { name: 'Dry run' });
  await expect(validation).toContainText('Valid');
  await expect(dry.getByRole('list', { name: 'Would hurt' })).toContainText(/payments.*about \d+ calls/s);
  await expect(dry.getByRole('list', { name: 'Guards now' })).toContainText('inventory keeps working');

  await press(page.getByRole('textbox', { name: 'Title', exact: true }).first(), 'Control+a');
  await keyboard.type('A copy of mine');
  await expect(yaml).toContainText('title: A copy of mine');
  await press(page.locator('summary', { hasText: 'charges take 3.5 s longer' }), 'Enter');
  await press(page.getByRole('textbox', { name: 'Delay' }), 'Control+a');
  await keyboard.type('4000');
  await expect(yaml).toContainText('action: { type: latency, ms: 4000 }');
  await press(yaml, 'Control+End');
  await keyboard.type('colour: red');
  const problem = validation.getByRole('button', { name: /colour/ });
  await expect(problem).toContainText('is not known here');
  await expect(page.getByRole('button', { name: 'Run this' })).toBeDisabled();
  await press(problem, 'Enter');
  await expect(yaml).toBeFocused();
  await keyboard.press('Shift+End');
  await keyboard.type('ex');
  await keyboard.press('Control+Space');
  await expect(page.getByRole('option', { name: /^expected/ })).toBeVisible();
  expect(await violations(page), 'the editor, completing').toEqual([]);
  await keyboard.press('Escape');
  await keyboard.press('Backspace');
  await keyboard.press('Backspace');
  await expect(validation).toContainText('Valid');

  await page.reload();
  await expect(yaml).toContainText('title: A copy of mine');
  const run = page.getByRole('button', { name: 'Run this' });
  await expect(run).toBeEnabled();
  await press(run, 'Enter');
  await keyboard.press('Enter');
  await expect(page).toHaveURL(/\/chaos\/runs\/.+/);
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await expect(page.getByRole('heading', { name: /A copy of mine/ })).toBeVisible();
  const kept = await call(system.dashboard, 'run', { params: { id } });
  expect(kept.source).toContain('title: A copy of mine');
  expect(kept.experimentId).toBe('draft:a-copy-of-mine');
  await call(system.dashboard, 'abortRun', { params: { id } });
});
