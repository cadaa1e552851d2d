import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { call } from './api.ts';
import { expect, type System, test } from './system.ts';

/** Every page with the shop's own traffic on it, and what proves that it is drawn. */
const PAGES: readonly { path: string; shows: string }[] = [
  { path: '/', shows: 'gateway' },
  { path: '/traces', shows: 'place order' },
  { path: '/breakers', shows: 'payments' },
  { path: '/queues', shows: 'notifications' },
  { path: '/sagas', shows: 'confirmed' },
  { path: '/chaos', shows: 'Payment latency opens the breaker' },
  { path: '/scorecard', shows: 'Availability' },
  { path: '/agents', shows: 'outside-world' },
];

async function open(page: Page, system: System, path: string, shows: string): Promise<string[]> {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${system.dashboard}${path}`);
  await expect(page.getByText('Connected')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('main').getByText(shows).filter({ visible: true }).first()).toBeVisible({
    timeout: 60_000,
  });
  return errors;
}

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`In ${colorScheme}`, () => {
    test.use({ colorScheme });
    for (const { path, shows } of PAGES) {
      test(`${path} is drawn without an error and is clean of axe violations`, async ({ page, system }) => {
        await page.addInitScript((theme) => localStorage.setItem('stormglass.theme', theme), colorScheme);
        const errors = await open(page, system, path, shows);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`),
        ).toEqual([]);
        expect(errors).toEqual([]);
      });
    }
  });
}

test.describe('On a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });
  test('every page can be read without scrolling sideways', async ({ page, system }) => {
    for (const { path, shows } of PAGES) {
      await open(page, system, path, shows);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow, path).toBeLessThanOrEqual(0);
    }
  });
});

test('Without a single span the pages say what to do', async ({ page, system }) => {
  const { services } = await call(system.dashboard, 'services', { input: { from: '0', to: '1' } });
  expect(services).toEqual([]);
  await page.goto(`${system.dashboard}/traces?from=1000&to=2000`);
  await expect(page.getByRole('main')).toContainText(/No trace|no trace/);
});
