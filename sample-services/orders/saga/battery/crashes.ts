import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { pointsToTry } from '../../../testing/points.ts';
import type { SagaView } from '../port.ts';
import type { Bench, EngineProcess } from './bench.ts';
import { soon } from './bench.ts';
import { expectDelivered, expectUndone, idOf, run, STEPS, UNDELIVERABLE } from './promises.ts';

const FORWARD = [
  'create:after-commit',
  ...STEPS.flatMap(({ step }) =>
    ['before-intent', 'after-intent', 'after-call'].map((point) => `${step}:${point}`),
  ),
  'end:before-commit',
  'end:after-commit',
];
const BACKWARD = ['charge', 'reserve'].flatMap((step) =>
  ['after-intent', 'after-call'].map((point) => `${step}:compensate:${point}`),
);
const RETURNING = ['collect', 'refund', 'restock'].flatMap((step) =>
  ['after-intent', 'after-call'].map((point) => `${step}:${point}`),
);

/** kill -9 between any two writes, takeover by another process, and owners that come back from the dead. */
export function describeCrashes(bench: () => Bench, engine: () => EngineProcess): void {
  describeKills(bench, engine);
  describeOwners(bench, engine);
}

function describeKills(bench: () => Bench, engine: () => EngineProcess): void {
  /** Runs one order into a kill -9 at that point and starts the process again; gives the saga once it has ended. */
  async function crashAt(point: string, change: Record<string, unknown>): Promise<SagaView> {
    await engine().kill();
    await engine().start({ SHOP_CRASH_AT: point });
    const key = randomUUID();
    await engine().place(change, key);
    await engine().ended();
    await engine().start();
    // Under its key it is found again, whatever the customer got to hear.
    return engine().ending(idOf(await engine().place(change, key)));
  }

  describe('kill -9', () => {
    test.each(pointsToTry(FORWARD))(
      'at %s: the order still comes through, each effect once',
      async (point) => {
        expectDelivered(bench(), await crashAt(point, {}));
      },
    );

    test.each(pointsToTry(BACKWARD))('at %s: the refused order is still undone', async (point) => {
      const saga = await crashAt(point, UNDELIVERABLE);
      expectUndone(bench(), saga);
      const effects = ['reserve', 'charge', 'undo charge', 'undo reserve'];
      expect(bench().witness.history(saga.orderId)).toEqual(effects);
    });

    test.each(pointsToTry(RETURNING))('at %s: the return still comes through', async (point) => {
      const saga = await run(engine());
      await engine().kill();
      await engine().start({ SHOP_CRASH_AT: point });
      // A return of before whose end its engine has not recorded may pass that point first.
      const cancel = () => engine().cancel(saga.orderId);
      await cancel().catch(() => null);
      await engine().ended();
      await engine().start();
      await cancel();
      expect(await engine().ending(`return-${saga.orderId}`)).toMatchObject({ status: 'returned' });
      const effects = ['reserve', 'charge', 'ship', 'collect', 'undo charge', 'undo reserve'];
      expect(bench().witness.history(saga.orderId)).toEqual(effects);
    });
  });
}

function describeOwners(bench: () => Bench, engine: () => EngineProcess): void {
  describe('another process', () => {
    test('takes up what a dead one left in mid-call', async () => {
      const dead = bench().process('orders-7');
      await dead.start({ SHOP_CRASH_AT: 'charge:after-call' });
      const key = randomUUID();
      await dead.place({}, key);
      await dead.ended();
      const saga = await engine().ending(idOf(await engine().place({}, key)));
      expectDelivered(bench(), saga);
      expect(saga.epoch).toBeGreaterThan(1);
    });

    test('that took over keeps it: the paused owner who wakes up writes and does nothing more', async () => {
      const paused = bench().process('orders-8');
      await paused.start();
      // The call of charge is out when its owner stops.
      bench().meddlers.payments.meddle('/charges', 'late', 1);
      const key = randomUUID();
      const placing = paused.place({}, key);
      await vi.waitFor(() => expect(bench().meddlers.payments.holding).toBe(1), soon);
      paused.pause();
      const sagaId = idOf(await engine().place({}, key));
      const saga = await engine().ending(sagaId);
      expectDelivered(bench(), saga);
      paused.resume();
      bench().meddlers.payments.releaseHeld();
      await placing;
      // It works again, so it has had its chance to write.
      expectDelivered(bench(), await run(paused));
      await paused.kill();
      expectDelivered(bench(), (await engine().get(sagaId)) ?? saga);
      expect((await engine().get(sagaId))?.journal).toEqual(saga.journal);
    });
  });

  describe('a database that drops its connections again and again', () => {
    test('delays sagas and loses none of them', async () => {
      const keys = Array.from({ length: 12 }, () => randomUUID());
      bench().meddlers.shipping.meddle('/shipments', 'fail', 6);
      const placing = keys.map((key, i) => engine().place(i % 3 === 0 ? UNDELIVERABLE : {}, key));
      for (const { service } of STEPS) {
        const { meddlers } = bench();
        meddlers[service].meddle(STEPS.find((step) => step.service === service)?.does ?? '', 'delay', 1);
        await vi.waitFor(() => expect(meddlers[service].holding, engine().log).toBe(1), soon);
        await bench().dropConnections();
        meddlers[service].releaseHeld();
      }
      await Promise.all(placing);
      for (const [i, key] of keys.entries()) {
        const change = i % 3 === 0 ? UNDELIVERABLE : {};
        const placed = await vi.waitFor(async () => {
          const again = await engine().place(change, key);
          expect([201, 202], engine().log).toContain(again?.http);
          return again;
        }, soon);
        const saga = await engine().ending(idOf(placed));
        if (saga.status === 'confirmed') expectDelivered(bench(), saga);
        else expectUndone(bench(), saga);
      }
    });
  });

  describe('a graceful stop in the middle of many sagas', () => {
    test('loses none of them', async () => {
      bench().meddlers.shipping.meddle('/shipments', 'fail', 8);
      const keys = Array.from({ length: 10 }, () => randomUUID());
      const placing = keys.map((key) => engine().place({}, key));
      await vi.waitFor(() => expect(bench().meddlers.shipping.hurt).toBeGreaterThan(0), soon);
      await engine().stop();
      await Promise.all(placing);
      await engine().start();
      for (const key of keys) {
        const saga = await engine().ending(idOf(await engine().place({}, key)));
        if (saga.status === 'confirmed') expectDelivered(bench(), saga);
        else expectUndone(bench(), saga);
      }
    });
  });
}
