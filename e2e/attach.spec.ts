import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, type System, test } from './system.ts';

const REGISTER = fileURLToPath(new URL('../agents/node/register.ts', import.meta.url));
const SERVER = `
  const { createServer } = require('node:http');
  const server = createServer((request, response) => response.end('hello'));
  server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));`;

test.use({ contextOptions: { reducedMotion: 'reduce' } });

async function clean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}

/** Goes on with Tab until it is there: no pointer is used in these scenarios. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let i = 0; i < 80; i += 1) {
    if ((await target.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  await expect(target, 'reached by Tab').toBeFocused();
}

async function palette(page: Page, typed: string): Promise<Locator> {
  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Command palette' });
  await expect(dialog.getByRole('textbox').or(dialog.getByRole('searchbox')).first()).toBeFocused();
  await page.keyboard.type(typed);
  return dialog;
}

/** The lines of the page, run for real. */
async function withService(system: System, name: string, work: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['--import', REGISTER, '-e', SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...{ OTEL_SERVICE_NAME: name, OTEL_EXPORTER_OTLP_ENDPOINT: system.otlpHttp },
      ...{ STORMGLASS_HUB: system.dashboard, STORMGLASS_CHAOS: 'on' },
    },
  });
  try {
    const [port] = await once(child.stdout, 'data');
    expect((await fetch(`http://127.0.0.1:${Number(port)}/prices`)).status).toBe(200);
    await work();
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

test('By keyboard alone: the attach page says what is wrong, then sees the first span, and leads to it on the map', async ({
  page,
  system,
}) => {
  await page.goto(system.dashboard);
  await expect(page.getByRole('banner').getByText('Connected', { exact: true })).toBeVisible();
  const found = await palette(page, 'attach');
  await expect(found.getByText('Attach your service')).toBeVisible();
  await clean(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/attach/);
  await tabTo(page, page.getByLabel('Name on the map'));
  await page.keyboard.type('billing');
  const main = page.getByRole('main');
  await expect(main.locator('pre')).toContainText(`OTEL_EXPORTER_OTLP_ENDPOINT=${system.otlpHttp}`);
  await expect(main.locator('pre')).toContainText('OTEL_SERVICE_NAME=billing');
  await expect(main).toContainText('Waiting for the first span of billing');
  const why = page.getByRole('list', { name: 'Why none comes' });
  // As an SDK does whose endpoint is this page's address.
  await fetch(`${system.dashboard}/v1/traces`, { method: 'POST', body: '{}' });
  await expect(why).toContainText('came to the port of this dashboard');
  await expect(why).toContainText(`Send telemetry to ${system.otlpHttp}`);
  await clean(page);

  await withService(system, 'billing', async () => {
    await expect(main.getByRole('status').filter({ hasText: 'billing is here' })).toBeVisible();
    await expect(main).toContainText('connected, can inject');
    await clean(page);
    await tabTo(page, page.getByRole('link', { name: 'Show it on the map, and break it' }));
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/node=billing/);
    await expect(page.locator('[aria-label="service billing"]')).toBeVisible();
    await expect(page.getByRole('complementary').filter({ hasText: 'Break this' })).toBeVisible();
  });
});

test('By keyboard alone: the sheet tells every shortcut, and the palette asks twice before it hurts', async ({
  page,
  system,
}) => {
  await page.goto(`${system.dashboard}/queues`);
  await expect(page.getByRole('banner').getByText('Connected', { exact: true })).toBeVisible();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toContainText('Stop all chaos');
  await clean(page);
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();

  const dialog = await palette(page, 'pause notifications');
  await expect(dialog).toContainText('Stops delivery to all consumers');
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText('Press Enter again');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('status').filter({ hasText: 'Pause notifications: done' })).toBeVisible();
  await palette(page, 'resume notifications');
  await expect(dialog).toContainText('Delivery goes on');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'Resume notifications: done' })).toBeVisible();
});

test('By keyboard alone: the tour places an order, breaks payments, ends it, and tells what it cost', async ({
  page,
  system,
}) => {
  await page.goto(system.dashboard);
  await tabTo(page, page.getByRole('button', { name: 'Take the tour' }));
  await page.keyboard.press('Enter');
  const tour = page.getByRole('region', { name: 'Tour' });
  const press = async (name: string | RegExp) => {
    await tabTo(page, tour.getByRole('button', { name }));
    await page.keyboard.press('Enter');
  };
  await expect(tour).toContainText('This is your shop');
  await press('Place an order');
  await expect(page).toHaveURL(/\/sagas\//);
  await expect(tour).toContainText('It ended confirmed');
  await press(/Next: break payments/);
  await expect(page).toHaveURL(/node=payments/);
  await expect(tour).toContainText('Break it');
  await clean(page);
  await press('Break payments');
  await press('Press again to break it');
  await expect(tour).toContainText(/[1-9]\d* calls? hit so far/);
  await page.reload();
  await press(/End it/);
  await expect(tour).toContainText('You broke it, here is what it cost');
  await expect(tour).toContainText('Calls hit');
  await clean(page);
  await press(/Finish/);
  await expect(page).toHaveURL(/\/chaos/);
  await expect(tour).toBeHidden();
});
