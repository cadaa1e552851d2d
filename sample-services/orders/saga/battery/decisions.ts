import { describe, expect, test, vi } from 'vitest';
import type { StuckSaga } from '../port.ts';
import type { Bench, EngineProcess } from './bench.ts';
import { soon } from './bench.ts';
import { expectDelivered, expectUndone, idOf, run, UNDELIVERABLE } from './promises.ts';

/** What people decide about a saga, and what its deadline decides. */
export function describeDecisions(bench: () => Bench, engine: () => EngineProcess): void {
  /** Places an order whose call of that path is out until released; gives what names its saga. */
  async function outAt(service: 'payments' | 'shipping', path: string, how: 'hold' | 'delay') {
    const { meddlers } = bench();
    meddlers[service].meddle(path, how, 1);
    const placing = engine().place();
    await vi.waitFor(() => expect(meddlers[service].holding).toBe(1), soon);
    return { ...(await engine().newest()), placing };
  }

  const returned = ['reserve', 'charge', 'ship', 'collect', 'undo charge', 'undo reserve'];

  describe('a cancellation', () => {
    test('while the charge is out undoes the order, the charge included, and says so', async () => {
      const { orderId, sagaId, placing } = await outAt('payments', '/charges', 'delay');
      const answer = await engine().cancel(orderId);
      expect(answer).toMatchObject({ http: 200, effect: 'compensates', returnSagaId: null });
      expect(await engine().cancel(orderId), 'asked again').toMatchObject({ effect: 'compensates' });
      bench().meddlers.payments.releaseHeld();
      const saga = await engine().ending(sagaId);
      expectUndone(bench(), saga);
      const effects = ['reserve', 'charge', 'undo charge', 'undo reserve'];
      expect(bench().witness.history(orderId)).toEqual(effects);
      expect(saga.status).toBe('compensated');
      await placing;
    });

    test('while the parcel is on its way is undecided; it is returned when it was sent', async () => {
      const { orderId, sagaId } = await outAt('shipping', '/shipments', 'delay');
      const answer = await engine().cancel(orderId);
      expect(answer).toMatchObject({ http: 200, effect: 'undecided', returnSagaId: null });
      bench().meddlers.shipping.releaseHeld();
      expect(await engine().ending(sagaId)).toMatchObject({ status: 'confirmed' });
      expect(await engine().ending(`return-${orderId}`)).toMatchObject({ status: 'returned' });
      expect(bench().witness.history(orderId)).toEqual(returned);
    });

    test('while the parcel is on its way undoes it when nobody can say whether it was sent', async () => {
      const { orderId, sagaId } = await outAt('shipping', '/shipments', 'hold');
      expect(await engine().cancel(orderId)).toMatchObject({ effect: 'undecided' });
      bench().meddlers.shipping.releaseHeld();
      const saga = await engine().ending(sagaId);
      expectUndone(bench(), saga);
      expect(bench().witness.history(orderId)).toContain('undo ship');
    });

    test('after the end is a return: collected, refunded, restocked, once however often it is asked for', async () => {
      const saga = await run(engine());
      const answers = await Promise.all([1, 2, 3].map(() => engine().cancel(saga.orderId)));
      const returnSagaId = `return-${saga.orderId}`;
      for (const answer of answers) {
        expect(answer).toMatchObject({ effect: 'returns', status: 'confirmed', returnSagaId });
      }
      const back = await engine().ending(returnSagaId);
      expect(back).toMatchObject({ type: 'return-order', status: 'returned', orderId: saga.orderId });
      expect(bench().witness.history(saga.orderId)).toEqual(returned);
      expect(await engine().giveBack(saga.orderId)).toMatchObject({ effect: 'returns', returnSagaId });
      expect((await engine().get(saga.sagaId))?.status).toBe('confirmed');
    });

    test('of an order that was refused is refused, and so is its return', async () => {
      const { orderId } = await run(engine(), UNDELIVERABLE);
      expect(await engine().cancel(orderId)).toMatchObject({ http: 409, error: { code: 'not_cancellable' } });
      expect(await engine().giveBack(orderId)).toMatchObject({
        http: 409,
        error: { code: 'not_returnable' },
      });
    });
  });

  describe('a return', () => {
    test('goes forward only: a refusal is repeated until it is accepted', async () => {
      const { orderId } = await run(engine());
      bench().meddlers.payments.meddle('/refunds', 'fail', 2);
      bench().meddlers.shipping.meddle('/returns', 'lose-reply', 2);
      await engine().giveBack(orderId);
      expect(await engine().ending(`return-${orderId}`)).toMatchObject({ status: 'returned' });
      expect(bench().witness.history(orderId)).toEqual(returned);
    });
  });

  describe('the deadline', () => {
    test('of a saga before its pivot gives it up and undoes it', async () => {
      await engine().kill();
      await engine().start(bench().policy({ deadlineMs: 1_500, ambiguousAttempts: 10_000 }));
      bench().meddlers.shipping.meddle('/shipments', 'fail');
      const placed = await engine().place();
      const saga = await engine().ending(idOf(placed));
      expectUndone(bench(), saga);
      expect(saga.overdue).toBe(true);
      expect(saga.journal.find((row) => row.status === 'GIVE_UP')?.detail).toContain('deadline');
      await engine().kill();
      await engine().start();
    });
  });

  describe('a step that does not get through', () => {
    /** An order whose stock cannot be released; resolves when it waits for a person. */
    async function stuckAtRelease(): Promise<StuckSaga> {
      bench().meddlers.inventory.meddle('/reservations/release', 'fail');
      const placed = await engine().place({ cardToken: 'tok_declined' });
      const sagaId = idOf(placed);
      return vi.waitFor(async () => {
        const found = (await engine().stuck()).find((saga) => saga.sagaId === sagaId);
        expect(found).toMatchObject({ step: 'reserve', kind: 'compensate', type: 'create-order' });
        expect((await engine().get(sagaId))?.status).toBe('stuck');
        return found as StuckSaga;
      }, soon);
    }
    const by = { who: 'ada', step: 'reserve' };
    const decided = (saga: { journal: readonly { status: string; detail: string }[] }, status: string) =>
      saga.journal.filter((row) => row.status === status).map((row) => row.detail);

    test('is repeated without limit, is seen as stuck meanwhile, and ends when its peer is back', async () => {
      const { sagaId, attempts, detail } = await stuckAtRelease();
      expect(attempts).toBeGreaterThan(1);
      expect(detail).not.toBe('');
      bench().heal();
      expectUndone(bench(), await engine().ending(sagaId));
      expect((await engine().stuck()).map((saga) => saga.sagaId)).not.toContain(sagaId);
    });

    test('is tried again when a person says so, with the name in the journal', async () => {
      const { sagaId } = await stuckAtRelease();
      bench().heal();
      const answer = await engine().intervene(sagaId, { ...by, do: 'retry', reason: 'peer is back' });
      // It may have got through by itself a moment before.
      const saga = await engine().ending(sagaId);
      expectUndone(bench(), saga);
      if (answer.http === 200) expect(decided(saga, 'RETRIED')).toEqual(['ada: peer is back']);
    });

    test('is skipped with a reason: the saga ends as failed, the effect stands', async () => {
      const { sagaId, orderId } = await stuckAtRelease();
      const answer = await engine().intervene(sagaId, { ...by, do: 'skip', reason: 'warehouse burnt down' });
      expect(answer).toMatchObject({ http: 200 });
      const saga = await engine().ending(sagaId);
      expect(saga.status).toBe('failed');
      expect(decided(saga, 'SKIPPED')).toEqual(['ada: warehouse burnt down']);
      bench().heal();
      expectDelivered(bench(), await run(engine()));
      expect(bench().witness.standing(orderId), 'nobody released it behind her back').toEqual({ reserve: 1 });
    });

    test('is resolved with a reason: the saga ends as compensated', async () => {
      const { sagaId } = await stuckAtRelease();
      const answer = await engine().intervene(sagaId, { ...by, do: 'resolve', reason: 'released by hand' });
      expect(answer).toMatchObject({ http: 200 });
      const saga = await engine().ending(sagaId);
      expect(saga.status).toBe('compensated');
      expect(decided(saga, 'RESOLVED')).toEqual(['ada: released by hand']);
    });

    test('of a return waits for a person, too, and goes on from there', async () => {
      const { orderId } = await run(engine());
      bench().meddlers.payments.meddle('/refunds', 'fail');
      await engine().giveBack(orderId);
      const sagaId = `return-${orderId}`;
      await vi.waitFor(async () => {
        const stuck = (await engine().stuck()).find((saga) => saga.sagaId === sagaId);
        expect(stuck).toMatchObject({ step: 'refund', kind: 'action' });
      }, soon);
      await engine().intervene(sagaId, { do: 'resolve', step: 'refund', who: 'ada', reason: 'paid in cash' });
      expect(await engine().ending(sagaId)).toMatchObject({ status: 'returned' });
      const effects = ['reserve', 'charge', 'ship', 'collect', 'undo reserve'];
      expect(bench().witness.history(orderId)).toEqual(effects);
    });

    test('is decided about once, by name, for a reason', async () => {
      const { sagaId } = await stuckAtRelease();
      const decide = (change: object) =>
        engine().intervene(sagaId, { ...by, do: 'resolve', reason: 'by hand', ...change });
      expect(await decide({ reason: ' ' })).toMatchObject({ http: 400 });
      expect(await decide({ step: 'charge' })).toMatchObject({ http: 409, error: { code: 'not_stuck' } });
      const [one, two] = await Promise.all([decide({}), decide({ do: 'skip' })]);
      expect([one.http, two.http].sort()).toEqual([200, 409]);
      const saga = await engine().ending(sagaId);
      expect(await decide({})).toMatchObject({ http: 409 });
      expect(saga.status).toBe(one.http === 200 ? 'compensated' : 'failed');
    });

    test('whose call comes back after a person decided changes nothing any more', async () => {
      const { sagaId, orderId } = await stuckAtRelease();
      bench().meddlers.inventory.heal();
      bench().meddlers.inventory.meddle('/reservations/release', 'hold', 1);
      await vi.waitFor(() => expect(bench().meddlers.inventory.holding).toBe(1), soon);
      await engine().intervene(sagaId, { ...by, do: 'resolve', reason: 'released by hand' });
      bench().meddlers.inventory.releaseHeld();
      const saga = await engine().ending(sagaId);
      expect(saga.status).toBe('compensated');
      expect(bench().witness.standing(orderId)).toEqual({});
      const after = await engine().get(sagaId);
      expect(after?.journal.filter((row) => row.status === 'ENDED')).toHaveLength(1);
      expect(after?.journal.some((row) => row.status === 'COMPENSATED' && row.step === 'reserve')).toBe(
        false,
      );
    });
  });
}
