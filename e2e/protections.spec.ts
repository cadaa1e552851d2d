import { call } from './api.ts';
import { expect, test } from './system.ts';

const PAGES = ['/', '/traces', '/breakers', '/queues', '/sagas', '/chaos', '/scorecard', '/agents'];

test('a protection that is taken away is named in red on every page, until it is put back', async ({
  page,
  system,
}) => {
  const line = page.getByRole('region', { name: 'Protections taken away' });
  await page.goto(`${system.dashboard}/agents?service=payments`);
  const breaker = page.getByRole('switch', { name: 'breaker of payments' });
  await expect(breaker).toBeChecked();
  await expect(line).toBeHidden();
  await breaker.click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('Every instance of payments goes on without breaker');
  await expect(question).toContainText('It comes back by itself after 2 min');
  await expect(breaker).toBeChecked();
  await question.getByRole('button', { name: 'Take breaker away' }).click();
  await expect(breaker).not.toBeChecked();
  for (const path of PAGES) {
    await page.goto(`${system.dashboard}${path}`);
    await expect(line).toContainText('breaker on payments');
  }
  await expect
    .poll(async () =>
      (await call(system.dashboard, 'breakers')).breakers.find((b) => b.service === 'payments'),
    )
    .toMatchObject({ sample: { state: 'disabled' } });

  await line.getByRole('button', { name: 'Put breaker on payments back' }).click();
  await expect(line).toBeHidden();
  const { protections } = await call(system.dashboard, 'protections');
  expect(protections.filter((protection) => !protection.on)).toEqual([]);
});

test('stopping everything puts every protection back', async ({ page, system }) => {
  const order = { params: { service: 'orders', name: 'jitter' }, input: { on: false } };
  await call(system.dashboard, 'setProtection', order);
  await page.goto(system.dashboard);
  const line = page.getByRole('region', { name: 'Protections taken away' });
  await expect(line).toContainText('jitter on orders');
  await page.getByRole('button', { name: /Stop all chaos/ }).click();
  await expect(line).toBeHidden();
  await expect(call(system.dashboard, 'setProtection', order)).rejects.toMatchObject({ code: 'halted' });
  await call(system.dashboard, 'unhalt');
});

test('a setting is saved on the running service; one that makes no sense is refused at its field', async ({
  page,
  system,
}) => {
  await page.goto(`${system.dashboard}/agents?service=shipping&settings=peer:outside-world`);
  const form = page.getByRole('form', { name: 'Settings of outside-world' });
  const limit = form.getByLabel('Time limit');
  // The page shows the services only when its live channel is there.
  await expect(limit).toHaveValue('3000');
  await limit.fill('0');
  await expect(form.getByRole('alert')).toHaveText('a whole number from 1 to 120,000');
  await expect(form.getByRole('button', { name: 'Save' })).toBeDisabled();
  await limit.fill('2500');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText('Saved; in force on all instances')).toBeVisible();
  const { instances } = await call(system.dashboard, 'resilience', { params: { service: 'shipping' } });
  const limits = instances.flatMap(({ peers }) => peers.map(({ settings }) => settings.timeoutMs));
  expect(new Set(limits)).toContain(2_500);
  await limit.fill('3000');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText('Saved; in force on all instances')).toBeVisible();
});
