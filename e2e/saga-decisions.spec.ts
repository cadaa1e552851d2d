import type { Page } from '@playwright/test';
import { call } from './api.ts';
import { orderFacts, sql } from './ledger.ts';
import { expect, type System, test } from './system.ts';

/** The scenario before may have left it open, and then no saga gets as far as its compensation. */
async function inventoryIsTrusted({ dashboard }: System): Promise<void> {
  const state = async () =>
    (await call(dashboard, 'breakers')).breakers.find((b) => b.service === 'orders' && b.peer === 'inventory')
      ?.sample?.state;
  await expect.poll(state).toBe('closed');
}

/** A saga whose stock cannot be released any more; resolves when its page asks for a person. */
async function stuckSaga(page: Page, system: System) {
  await inventoryIsTrusted(system);
  const { fault } = await call(system.dashboard, 'armFault', {
    input: {
      spec: {
        action: { type: 'error', status: 503 },
        target: { kind: 'service', service: 'inventory' },
        selector: { route: '/reservations/release', method: 'POST' },
        durationMs: 240_000,
        reason: 'a compensation that does not get through',
      },
    },
  });
  const { sagas } = await call(system.dashboard, 'triggerSaga', { input: { failAt: 'charge' } });
  const { sagaId, orderId } = sagas[0] ?? { sagaId: '', orderId: '' };
  await page.goto(`${system.dashboard}/sagas/${sagaId}`);
  const waiting = page.getByRole('region', { name: 'Waiting for a person' });
  await expect(waiting).toContainText('reserve is not undone');
  return { faultId: fault?.faultId ?? '', sagaId, orderId, waiting };
}

// A saga's page is opened before its first event is stored, and asks until it is.
test.beforeEach(({ guard }) => guard.expects(/^answered 404: GET \/api\/sagas\//));

test.describe('A compensation that does not get through', () => {
  test('waits for a person, who marks it as done with a reason that stands in the journal', async ({
    page,
    system,
  }) => {
    const { faultId, sagaId, orderId, waiting } = await stuckSaga(page, system);
    const done = waiting.getByRole('button', { name: 'Mark done' });
    await expect(done, 'not without a reason').toBeDisabled();
    await waiting.getByLabel(/^Reason/).fill('released by hand');
    await done.click();
    await waiting.getByRole('button', { name: 'Press again: done by hand' }).click();
    await expect(page.getByText('Compensated', { exact: true })).toBeVisible();
    await expect(waiting).toBeHidden();
    const journal = page.getByRole('region', { name: 'Journal' });
    await expect(journal).toContainText('RESOLVED');
    await expect(journal).toContainText('person: released by hand');
    await call(system.dashboard, 'releaseFault', { params: { id: faultId } });
    // She said so; nobody else has done it.
    expect(await orderFacts(system, orderId)).toMatchObject({ status: 'REJECTED', captured: 0, reserved: 1 });
    const { entries } = await call(system.dashboard, 'audit');
    const asked = entries.filter((entry) => entry.what === 'saga.resolve' && entry.why.includes(sagaId));
    expect(asked.map((entry) => entry.outcome)).toEqual(['done']);
  });

  test('is retried at once when a person says so', async ({ page, system, guard }) => {
    // The press came when there was nothing left to decide.
    guard.expects(/^answered 409: POST .*\/interventions/);
    const { faultId, orderId, waiting } = await stuckSaga(page, system);
    await call(system.dashboard, 'releaseFault', { params: { id: faultId } });
    // It may get through by itself first: then there is nothing left to press.
    await waiting
      .getByRole('button', { name: 'Retry now' })
      .click({ timeout: 5_000 })
      .catch(() => undefined);
    await expect(page.getByText('Compensated', { exact: true })).toBeVisible();
    expect(await orderFacts(system, orderId)).toMatchObject({ status: 'REJECTED', reserved: 0 });
  });
});

test('A delivered order is returned from its saga’s page: parcel collected, money back, goods restocked', async ({
  page,
  system,
}) => {
  const { sagas } = await call(system.dashboard, 'triggerSaga', { input: { amount: 84.9 } });
  const { sagaId, orderId } = sagas[0] ?? { sagaId: '', orderId: '' };
  await page.goto(`${system.dashboard}/sagas/${sagaId}`);
  await expect(page.getByText('Confirmed', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Return order' }).click();
  await page.getByRole('button', { name: 'Press again to return' }).click();
  await page.getByRole('link', { name: 'Its return' }).click();
  await expect(page.getByText('Returned', { exact: true })).toBeVisible();
  await expect
    .poll(() => orderFacts(system, orderId))
    .toMatchObject({ status: 'CONFIRMED', captured: 8490, refunded: 8490, ledgerSum: 0, reserved: 0 });
  const collected = "select 1 from carrier_statement where order_id = $1 and kind = 'return'";
  expect(await sql(system, 'outside-world', collected, [orderId])).toHaveLength(1);
});
