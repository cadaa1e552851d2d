import { call } from './api.ts';
import { orderFacts } from './ledger.ts';
import { expect, test } from './system.ts';

test('Abort ends a running experiment: its fault is read back as gone and orders go through again', async ({
  page,
  system,
}) => {
  /** Payments itself, asked for something that it refuses by its own rules: 503 is the fault's answer. */
  const charge = async () => (await fetch(`${system.urlOf('payments')}/charges`, { method: 'POST' })).status;
  expect(await charge()).not.toBe(503);

  await page.goto(`${system.dashboard}/chaos`);
  const card = page.getByRole('article', { name: 'Payment down, sagas compensate' });
  const start = card.getByRole('button');
  await expect(start).toBeEnabled();
  await start.click();
  await start.click();
  await expect(page).toHaveURL(/\/chaos\/runs\/.+/);
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const run = () => call(system.dashboard, 'run', { params: { id } });
  await expect.poll(async () => (await run()).events.some((e) => e.type === 'fault-armed')).toBe(true);
  expect(await charge()).toBe(503);

  const abort = page.getByRole('button', { name: 'Abort' });
  await abort.click();
  expect((await run()).endedAt, 'one press asks only').toBeNull();
  await page.getByRole('button', { name: 'Press again to abort' }).click();
  await expect(page.getByText('exit 7', { exact: true })).toBeVisible();
  await expect(abort).toBeHidden();

  expect(await charge()).not.toBe(503);
  const ended = await run();
  expect(ended).toMatchObject({ verdict: 'aborted', phase: 'ended' });
  const { faults } = await call(system.dashboard, 'faults');
  const own = faults.filter((fault) => fault.runId === id);
  expect(own.length).toBeGreaterThan(0);
  for (const fault of own) expect(fault).toMatchObject({ reverted: true, endedAt: expect.any(Number) });
  const { entries } = await call(system.dashboard, 'audit');
  expect(entries.find((entry) => entry.what === 'run.end' && entry.subject === id)?.outcome).toMatch(
    /^aborted/,
  );

  const breaker = async () =>
    (await call(system.dashboard, 'breakers')).breakers.find(
      (row) => row.service === 'orders' && row.peer === 'payments',
    )?.sample?.state;
  await expect.poll(breaker).toBe('closed');
  const { sagas } = await call(system.dashboard, 'triggerSaga', { input: { amount: 20 } });
  const facts = { status: 'CONFIRMED', captured: 2000, refunded: 0, ledgerSum: 0, reserved: 1, shipped: 1 };
  await expect.poll(() => orderFacts(system, sagas[0]?.orderId ?? '')).toMatchObject(facts);
});
