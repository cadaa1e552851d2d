import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { leftNothing, TestShop } from '../../testing/shop.ts';
import { StuckAnswer } from '../api.ts';

const soon = { timeout: 60_000, interval: 100 };

let shop: TestShop;
beforeAll(async () => {
  shop = await TestShop.start({ SAGA_POLICY: JSON.stringify({ stuckAfterMs: 1_000 }) });
}, 240_000);
afterAll(() => shop.stop());
afterEach(() => shop.meddlers['outside-world'].heal());

async function queue() {
  const answer = await fetch(`${shop.services.orders.url}/sagas/stuck`);
  return StuckAnswer.parse(await answer.json()).sagas;
}
async function decide(sagaId: string, decision: Record<string, string>) {
  const answer = await fetch(`${shop.services.orders.url}/sagas/${sagaId}/interventions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ step: 'charge', who: 'ada', reason: '', ...decision }),
  });
  const said = (await answer.json()) as { status?: string; error?: { code: string } };
  return answer.ok ? said.status : said.error?.code;
}
const debt = async (orderId: string) => {
  const [row] = await shop.sql<{ status: string; due: boolean }>(
    'payments',
    'select status, undo_due_at is not null as due from charge where order_id = $1',
    [orderId],
  );
  return row;
};

/** A choreographed order which cannot be shipped, and whose money the provider does not give back. */
async function stuckOrder(): Promise<{ orderId: string; sagaId: string }> {
  shop.meddlers['outside-world'].meddle('/provider/refunds', 'fail');
  const placed = await shop.order({ mode: 'choreographed', address: '1 Nowhere Road, 00000 Atlantis' });
  const { orderId = '', sagaId = '' } = placed ?? {};
  const waiting = { sagaId, orderId, type: 'create-order', step: 'charge', kind: 'compensate' };
  await vi.waitFor(async () => expect(await queue()).toEqual([expect.objectContaining(waiting)]), soon);
  return { orderId, sagaId };
}
const status = async (sagaId: string) =>
  ((await (await fetch(`${shop.services.orders.url}/sagas/${sagaId}`)).json()) as { status: string }).status;

describe('a choreographed saga whose participant does not get its step undone', () => {
  test('waits for a person, and is through when he has it tried again and it works', async () => {
    const { orderId, sagaId } = await stuckOrder();
    expect(await status(sagaId)).toBe('stuck');
    expect(await decide(sagaId, { do: 'retry', step: 'reserve' })).toBe('not_stuck');
    expect(await decide(sagaId, { do: 'skip' })).toBe('invalid_request');
    shop.meddlers['outside-world'].heal();
    expect(await decide(sagaId, { do: 'retry' })).toBe('compensating');
    await vi.waitFor(async () => expect((await shop.facts(orderId)).outcome).toBe('compensated'), soon);
    expect(leftNothing(await shop.facts(orderId))).toBe(true);
    expect(await queue()).toEqual([]);
    expect(await shop.journal(orderId)).toEqual(
      expect.arrayContaining(['charge compensate STUCK', 'charge compensate RETRIED']),
    );
    expect(await decide(sagaId, { do: 'retry' })).toBe('not_stuck');
  });

  test.each([
    { do: 'skip', status: 'failed' },
    { do: 'resolve', status: 'compensated' },
  ])(
    'ends when he decides to $do it with a reason, and nobody tries it any more',
    async ({ do: what, status: end }) => {
      const { orderId, sagaId } = await stuckOrder();
      expect(await decide(sagaId, { do: what, reason: 'paid back in cash' })).toBe(end);
      await vi.waitFor(
        async () => expect(await debt(orderId)).toEqual({ status: 'refunding', due: false }),
        soon,
      );
      shop.meddlers['outside-world'].heal();
      expect(await queue()).toEqual([]);
      const facts = await shop.facts(orderId);
      expect(facts).toMatchObject({ status: 'REJECTED', outcome: end, captured: 4_200, refunded: 0 });
      const [row] = await shop.sql<{ owner: string; detail: string }>(
        'orders',
        `select owner, detail from choreography_step where saga_id = $1 and status in ('SKIPPED', 'RESOLVED')`,
        [sagaId],
      );
      expect(row).toEqual({ owner: 'person/ada', detail: 'ada: paid back in cash' });
    },
  );
});
