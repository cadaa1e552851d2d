import { describe, expect, test, vi } from 'vitest';
import { type Bench, type EngineProcess, soon } from './bench.ts';
import { expectUndone, idOf, run, UNDELIVERABLE } from './promises.ts';

/** All that a delivered and returned order has had. */
const RETURNED = ['reserve', 'charge', 'ship', 'collect', 'undo charge', 'undo reserve'];

/** What a customer or the clock wants of a saga. */
export function describeSignals(bench: () => Bench, engine: () => EngineProcess): void {
  describeCancellations(bench, engine);
  describeReturns(bench, engine);
  describeDeadline(bench, engine);
}

function describeCancellations(bench: () => Bench, engine: () => EngineProcess): void {
  /** Places an order whose call of that path is out until released; gives what names its saga. */
  async function outAt(service: 'payments' | 'shipping', path: string, how: 'hold' | 'delay') {
    const { meddlers } = bench();
    meddlers[service].meddle(path, how, 1);
    const placing = engine().place();
    await vi.waitFor(() => expect(meddlers[service].holding).toBe(1), soon);
    return { ...(await engine().newest()), placing };
  }

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
      // The customer who did not hear the first answer hears it now.
      const again = { http: 200, effect: 'compensates', status: 'compensated', returnSagaId: null };
      expect(await engine().cancel(orderId), 'asked again after its end').toMatchObject(again);
      expect((await engine().get(sagaId))?.journal).toEqual(saga.journal);
      await placing;
    });

    test('while the parcel is on its way is undecided; it is returned when it was sent', async () => {
      const { orderId, sagaId } = await outAt('shipping', '/shipments', 'delay');
      const answer = await engine().cancel(orderId);
      expect(answer).toMatchObject({ http: 200, effect: 'undecided', returnSagaId: null });
      bench().meddlers.shipping.releaseHeld();
      expect(await engine().ending(sagaId)).toMatchObject({ status: 'confirmed' });
      expect(await engine().ending(`return-${orderId}`)).toMatchObject({ status: 'returned' });
      expect(bench().witness.history(orderId)).toEqual(RETURNED);
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
      expect(bench().witness.history(saga.orderId)).toEqual(RETURNED);
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
}

function describeReturns(bench: () => Bench, engine: () => EngineProcess): void {
  describe('a return', () => {
    test('goes forward only: a refusal is repeated until it is accepted', async () => {
      const { orderId } = await run(engine());
      bench().meddlers.payments.meddle('/refunds', 'fail', 2);
      bench().meddlers.shipping.meddle('/returns', 'lose-reply', 2);
      await engine().giveBack(orderId);
      expect(await engine().ending(`return-${orderId}`)).toMatchObject({ status: 'returned' });
      expect(bench().witness.history(orderId)).toEqual(RETURNED);
    });
  });
}

function describeDeadline(bench: () => Bench, engine: () => EngineProcess): void {
  describe('the deadline', () => {
    test('of a saga before its pivot gives it up and undoes it, whether it waits or has a call out', async () => {
      await engine().kill();
      const [hour, deadlineMs] = [3_600_000, 1_500];
      await engine().start(bench().policy({ deadlineMs, retryBaseMs: hour, retryCapMs: hour }));
      const { shipping } = bench().meddlers;
      shipping.meddle('/shipments', 'fail', 1);
      shipping.meddle('/shipments', 'hold', 1);
      const { hurt } = shipping;
      const waits = engine().place();
      await vi.waitFor(() => expect(shipping.hurt).toBe(hurt + 1), soon);
      const calls = engine().place();
      await vi.waitFor(() => expect(shipping.holding).toBe(1), soon);
      const { sagaId } = await engine().newest();
      await vi.waitFor(async () => expect((await engine().get(sagaId))?.overdue).toBe(true), soon);
      // It fails now, and would be tried again in an hour.
      shipping.releaseHeld();
      for (const placed of [await waits, await calls]) {
        const saga = await engine().ending(idOf(placed));
        expectUndone(bench(), saga);
        expect(saga.overdue).toBe(true);
        expect(saga.journal.find((row) => row.status === 'GIVE_UP')?.detail).toContain('deadline');
      }
      await engine().kill();
      await engine().start();
    });
  });
}
