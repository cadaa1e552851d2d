import { call } from './api.ts';
import { orderFacts, sql } from './ledger.ts';
import { expect, test } from './system.ts';

// A saga's page is opened before its first event is stored, and asks until it is.
test.beforeEach(({ guard }) => guard.expects(/^answered 404: GET \/api\/sagas\//));

test.describe('A saga that fails at shipping', () => {
  for (const mode of ['orchestrated', 'choreographed']) {
    test(`releases the stock and refunds the money, ${mode}, in the databases and at the provider`, async ({
      page,
      system,
    }) => {
      await page.goto(`${system.dashboard}/sagas`);
      await page.getByRole('button', { name: 'Trigger' }).click();
      const form = page.getByRole('complementary').filter({ hasText: 'Trigger a saga' });
      await form.getByLabel('Amount').fill('84.90');
      await form.getByLabel('Mode').selectOption(mode);
      await form.getByLabel('Fail at').selectOption('ship');
      await form.getByRole('button', { name: 'Trigger' }).click();
      const link = form.locator('a[href*="/sagas/"]').first();
      await expect(link).toBeVisible();
      const sagaId = ((await link.textContent()) ?? '').trim();
      await link.click();
      await expect(page).toHaveURL(new RegExp(`/sagas/${sagaId}`));
      await expect(page.getByText('Compensated', { exact: true })).toBeVisible();
      await expect(page.getByRole('region', { name: 'Journal' })).toContainText('COMPENSATED');
      const undone = mode === 'choreographed' ? 'charge undone by payments' : 'charge undone';
      await expect(page.getByRole('region', { name: 'Journal' })).toContainText(undone);

      const { orderId } = await call(system.dashboard, 'saga', { params: { id: sagaId } });
      await expect
        .poll(() => orderFacts(system, orderId))
        .toEqual({
          status: 'REJECTED',
          captured: 8490,
          refunded: 8490,
          ledgerSum: 0,
          reserved: 0,
          shipped: 0,
        });
    });
  }

  test('can be triggered ten at once, and every one of them ends', async ({ system }) => {
    const { sagas } = await call(system.dashboard, 'triggerSaga', { input: { count: 10, failAt: 'ship' } });
    expect(sagas).toHaveLength(10);
    for (const { orderId } of sagas) {
      await expect.poll(async () => (await orderFacts(system, orderId)).status).toBe('REJECTED');
      const facts = await orderFacts(system, orderId);
      expect(facts.captured - facts.refunded).toBe(0);
    }
  });
});

test('A saga cancelled in progress gives the money and the stock back, whatever arrives late', async ({
  page,
  system,
}) => {
  const { fault } = await call(system.dashboard, 'armFault', {
    input: {
      spec: {
        // Longer than orders waits: the parcel may be on its way when the cancellation comes.
        action: { type: 'latency', ms: 20_000 },
        target: { kind: 'service', service: 'shipping' },
        selector: { route: '/shipments', method: 'POST' },
        durationMs: 120_000,
        reason: 'a saga to be cancelled',
      },
    },
  });
  const { sagas } = await call(system.dashboard, 'triggerSaga', { input: { amount: 84.9 } });
  const { sagaId, orderId } = sagas[0] ?? { sagaId: '', orderId: '' };
  const facts = () => orderFacts(system, orderId);
  await expect.poll(facts).toMatchObject({ status: 'PENDING', captured: 8490, refunded: 0, reserved: 1 });

  await page.goto(`${system.dashboard}/sagas/${sagaId}`);
  const journal = page.getByRole('region', { name: 'Journal' });
  await expect(journal).toContainText('ship');
  await page.getByRole('button', { name: 'Cancel saga' }).click();
  expect((await facts()).status, 'one press asks only').toBe('PENDING');
  await page.getByRole('button', { name: 'Press again to cancel' }).click();
  await expect(page.getByText(/^Asked; it is/)).toBeVisible();
  await expect(journal).toContainText('cancelled before ship');
  await call(system.dashboard, 'releaseFault', { params: { id: fault?.faultId ?? '' } });
  await expect(page.getByText('Compensated', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel saga' })).toBeDisabled();

  await expect.poll(facts).toEqual({
    status: 'CANCELLED',
    captured: 8490,
    refunded: 8490,
    ledgerSum: 0,
    reserved: 0,
    shipped: 0,
  });
  const labels = await sql(
    system,
    'outside-world',
    "select reference from carrier_statement where order_id = $1 group by reference having count(*) filter (where kind = 'label') > count(*) filter (where kind = 'cancel')",
    [orderId],
  );
  expect(labels, 'labels that are still valid').toEqual([]);
  const { entries } = await call(system.dashboard, 'audit');
  const asked = entries.filter((entry) => entry.what === 'saga.cancel' && entry.why.includes(sagaId));
  expect(asked.map((entry) => entry.outcome)).toEqual(['done']);
});
