import { call } from './api.ts';
import { orderFacts } from './ledger.ts';
import { expect, test } from './system.ts';

test.describe('A saga that fails at shipping', () => {
  test('releases the stock and refunds the money, in the databases and at the provider', async ({
    page,
    system,
  }) => {
    await page.goto(`${system.dashboard}/sagas`);
    await page.getByRole('button', { name: 'Trigger' }).click();
    const form = page.getByRole('complementary').filter({ hasText: 'Trigger a saga' });
    await form.getByLabel('Amount').fill('84.90');
    await form.getByLabel('Fail at').selectOption('ship');
    await form.getByRole('button', { name: 'Trigger' }).click();
    const link = form.locator('a[href*="/sagas/"]').first();
    await expect(link).toBeVisible();
    const sagaId = ((await link.textContent()) ?? '').trim();
    await link.click();
    await expect(page).toHaveURL(new RegExp(`/sagas/${sagaId}`));
    await expect(page.getByText('Compensated', { exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole('region', { name: 'Journal' })).toContainText('COMPENSATED');

    const { orderId } = await call(system.dashboard, 'saga', { params: { id: sagaId } });
    await expect
      .poll(() => orderFacts(system, orderId), { timeout: 30_000 })
      .toEqual({
        status: 'REJECTED',
        captured: 8490,
        refunded: 8490,
        ledgerSum: 0,
        reserved: 0,
        shipped: 0,
      });
  });

  test('can be triggered ten at once, and every one of them ends', async ({ system }) => {
    const { sagas } = await call(system.dashboard, 'triggerSaga', { input: { count: 10, failAt: 'ship' } });
    expect(sagas).toHaveLength(10);
    for (const { orderId } of sagas) {
      await expect
        .poll(async () => (await orderFacts(system, orderId)).status, { timeout: 30_000 })
        .toBe('REJECTED');
      const facts = await orderFacts(system, orderId);
      expect(facts.captured - facts.refunded).toBe(0);
    }
  });
});
