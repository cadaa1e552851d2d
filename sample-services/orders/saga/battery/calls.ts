import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { Bench, EngineProcess } from './bench.ts';
import { soon } from './bench.ts';
import { expectDelivered, expectUndone, idOf, run, STEPS, UNDELIVERABLE } from './promises.ts';

/** What a saga makes of what its peers say, fail to say, say twice or say late. */
export function describeCalls(bench: () => Bench, engine: () => EngineProcess): void {
  describeOrders(bench, engine);
  describeStepCalls(bench, engine);
  describeOutages(bench, engine);
}

function describeOrders(bench: () => Bench, engine: () => EngineProcess): void {
  describe('an order', () => {
    test('that everybody accepts comes through, with each effect once', async () => {
      const key = randomUUID();
      const saga = await engine().ending(idOf(await engine().place({}, key)));
      expectDelivered(bench(), saga);
      expect(await engine().place({}, key)).toMatchObject({ http: 201, status: 'CONFIRMED' });
      expect(saga).toMatchObject({ type: 'create-order', overdue: false });
      // The journal has the intent of each call before its result.
      for (const { step } of STEPS) {
        const rows = saga.journal.filter((row) => row.step === step && row.kind === 'action');
        expect(rows.map((row) => row.status)).toEqual(['INTENT', 'OK']);
        expect(new Set(rows.map((row) => row.key))).toEqual(new Set([`${saga.sagaId}:${step}:action`]));
      }
    });

    test.each(STEPS)('refused at $step is undone and told as rejected', async ({ step, refused }) => {
      const key = randomUUID();
      const saga = await engine().ending(idOf(await engine().place(refused, key)));
      expectUndone(bench(), saga);
      expect(await engine().place(refused, key)).toMatchObject({ http: 201, status: 'REJECTED' });
      expect(saga.status).toBe(step === 'reserve' ? 'rejected' : 'compensated');
    });

    test('asked for twice with one key is one saga; with another content it is refused', async () => {
      const key = randomUUID();
      const [first, second] = await Promise.all([engine().place({}, key), engine().place({}, key)]);
      expect(second?.sagaId).toBe(first?.sagaId);
      expectDelivered(bench(), await engine().ending(idOf(first)));
      expect(await engine().place({ amount: 1 }, key)).toMatchObject({ http: 422 });
      expect((await engine().place({}, key))?.sagaId).toBe(first?.sagaId);
    });
  });
}

function describeStepCalls(bench: () => Bench, engine: () => EngineProcess): void {
  describe.each(STEPS)('the call of $step', ({ service, does, undoes, step }) => {
    test.each(['lose-request', 'lose-reply', 'twice', 'fail', 'deny-after'] as const)(
      'that meets %s is repaired: one effect',
      async (harm) => {
        bench().meddlers[service].meddle(does, harm, 1);
        expectDelivered(bench(), await run(engine()));
      },
    );

    test.each([
      ['whose reply is lost for good', 'lose-reply'],
      ['that is done and denied by somebody else for good', 'deny-after'],
    ] as const)('%s is undone, itself included', async (_, harm) => {
      bench().meddlers[service].meddle(does, harm);
      const saga = await run(engine());
      expect(bench().witness.history(saga.orderId)).toContain(`undo ${step}`);
      expectUndone(bench(), saga);
      expect(saga.status).toBe('compensated');
    });

    test('that arrives after its own undoing is refused', async () => {
      const meddler = bench().meddlers[service];
      meddler.meddle(does, 'late');
      const saga = await run(engine());
      const held = meddler.holding;
      expect(held).toBeGreaterThan(0);
      meddler.heal();
      meddler.releaseHeld();
      // An order behind the late calls shows that they have been answered.
      expectDelivered(bench(), await run(engine()));
      expect(bench().witness.history(saga.orderId)).not.toContain(step);
      expectUndone(bench(), saga);
    });

    test.runIf(step !== 'ship').each(['lose-request', 'lose-reply', 'twice', 'fail'] as const)(
      'is undone once even though the undoing meets %s',
      async (harm) => {
        bench().meddlers[service].meddle(undoes, harm, 1);
        expectUndone(bench(), await run(engine(), UNDELIVERABLE));
      },
    );
  });
}

function describeOutages(bench: () => Bench, engine: () => EngineProcess): void {
  describe('a peer that is down', () => {
    test('for a moment delays the saga, and no more', async () => {
      bench().meddlers.payments.meddle('/charges', 'fail', 2);
      expectDelivered(bench(), await run(engine()));
    });

    test('for as long as the saga is patient makes it give up', async () => {
      bench().meddlers.shipping.meddle('/shipments', 'fail');
      const saga = await run(engine());
      expectUndone(bench(), saga);
      expect(bench().witness.history(saga.orderId)).toEqual([
        'reserve',
        'charge',
        'undo charge',
        'undo reserve',
      ]);
    });
  });

  describe('twenty orders at once, each with another harm', () => {
    test('all end, delivered or undone', async () => {
      for (const { service, does } of STEPS) {
        bench().meddlers[service].meddle(does, 'lose-reply', 3);
        bench().meddlers[service].meddle(does, 'twice', 3);
        bench().meddlers[service].meddle(does, 'fail', 3);
      }
      bench().meddlers.inventory.meddle('/reservations/release', 'lose-reply', 3);
      const changes = Array.from({ length: 20 }, (_, i) => STEPS[i % 5]?.refused ?? {});
      const placed = await Promise.all(changes.map((change) => engine().place(change)));
      const ended = await Promise.all(placed.map((order) => engine().ending(idOf(order))));
      await vi.waitFor(() => expect(ended).toHaveLength(20), soon);
      for (const saga of ended) {
        if (saga.status === 'confirmed') expectDelivered(bench(), saga);
        else expectUndone(bench(), saga);
      }
    });
  });
}
