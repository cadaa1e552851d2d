import { describe, expect, test, vi } from 'vitest';
import type { StuckSaga } from '../port.ts';
import { type Bench, type EngineProcess, soon } from './bench.ts';
import { expectDelivered, expectUndone, idOf, run } from './promises.ts';

/** An order whose stock cannot be released; resolves when it waits for a person. */
async function stuckAtRelease(bench: Bench, engine: EngineProcess): Promise<StuckSaga> {
  bench.meddlers.inventory.meddle('/reservations/release', 'fail');
  const placed = await engine.place({ cardToken: 'tok_declined' });
  const sagaId = idOf(placed);
  return vi.waitFor(async () => {
    const found = (await engine.stuck()).find((saga) => saga.sagaId === sagaId);
    expect(found).toMatchObject({ step: 'reserve', kind: 'compensate', type: 'create-order' });
    expect((await engine.get(sagaId))?.status).toBe('stuck');
    return found as StuckSaga;
  }, soon);
}
const BY = { who: 'ada', step: 'reserve' };
const decided = (saga: { journal: readonly { status: string; detail: string }[] }, status: string) =>
  saga.journal.filter((row) => row.status === status).map((row) => row.detail);

/** Steps that do not get through, and the people who decide about them. */
export function describeStuckSteps(bench: () => Bench, engine: () => EngineProcess): void {
  describe('a step that does not get through', () => {
    describeWays(bench, engine);
    describeLimits(bench, engine);
  });
}

function describeWays(bench: () => Bench, engine: () => EngineProcess): void {
  test('is repeated without limit, is seen as stuck meanwhile, and ends when its peer is back', async () => {
    const { sagaId, attempts, detail } = await stuckAtRelease(bench(), engine());
    expect(attempts).toBeGreaterThan(1);
    expect(detail).not.toBe('');
    bench().heal();
    expectUndone(bench(), await engine().ending(sagaId));
    expect((await engine().stuck()).map((saga) => saga.sagaId)).not.toContain(sagaId);
  });

  test('is tried again when a person says so, with the name in the journal', async () => {
    const { sagaId } = await stuckAtRelease(bench(), engine());
    bench().heal();
    const answer = await engine().intervene(sagaId, { ...BY, do: 'retry', reason: 'peer is back' });
    // It may have got through by itself a moment before.
    const saga = await engine().ending(sagaId);
    expectUndone(bench(), saga);
    if (answer.http === 200) expect(decided(saga, 'RETRIED')).toEqual(['ada: peer is back']);
  });

  test('is skipped with a reason: the saga ends as failed, the effect stands', async () => {
    const { sagaId, orderId } = await stuckAtRelease(bench(), engine());
    const answer = await engine().intervene(sagaId, { ...BY, do: 'skip', reason: 'warehouse burnt down' });
    expect(answer).toMatchObject({ http: 200 });
    const saga = await engine().ending(sagaId);
    expect(saga.status).toBe('failed');
    expect(decided(saga, 'SKIPPED')).toEqual(['ada: warehouse burnt down']);
    bench().heal();
    expectDelivered(bench(), await run(engine()));
    expect(bench().witness.standing(orderId), 'nobody released it behind her back').toEqual({ reserve: 1 });
  });

  test('is resolved with a reason: the saga ends as compensated', async () => {
    const { sagaId } = await stuckAtRelease(bench(), engine());
    const answer = await engine().intervene(sagaId, { ...BY, do: 'resolve', reason: 'released by hand' });
    expect(answer).toMatchObject({ http: 200 });
    const saga = await engine().ending(sagaId);
    expect(saga.status).toBe('compensated');
    expect(decided(saga, 'RESOLVED')).toEqual(['ada: released by hand']);
  });
}

/** When a decision counts, and what comes too late for it. */
function describeLimits(bench: () => Bench, engine: () => EngineProcess): void {
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
    const { sagaId } = await stuckAtRelease(bench(), engine());
    const decide = (change: object) =>
      engine().intervene(sagaId, { ...BY, do: 'resolve', reason: 'by hand', ...change });
    expect(await decide({ reason: ' ' })).toMatchObject({ http: 400 });
    expect(await decide({ step: 'charge' })).toMatchObject({ http: 409, error: { code: 'not_stuck' } });
    const [one, two] = await Promise.all([decide({}), decide({ do: 'skip' })]);
    expect([one.http, two.http].sort()).toEqual([200, 409]);
    const saga = await engine().ending(sagaId);
    expect(await decide({})).toMatchObject({ http: 409 });
    expect(saga.status).toBe(one.http === 200 ? 'compensated' : 'failed');
  });

  test('whose call comes back after a person decided changes nothing any more', async () => {
    const { sagaId, orderId } = await stuckAtRelease(bench(), engine());
    bench().meddlers.inventory.heal();
    bench().meddlers.inventory.meddle('/reservations/release', 'hold', 1);
    await vi.waitFor(() => expect(bench().meddlers.inventory.holding).toBe(1), soon);
    await engine().intervene(sagaId, { ...BY, do: 'resolve', reason: 'released by hand' });
    bench().meddlers.inventory.releaseHeld();
    const saga = await engine().ending(sagaId);
    expect(saga.status).toBe('compensated');
    expect(bench().witness.standing(orderId)).toEqual({});
    const after = await engine().get(sagaId);
    expect(after?.journal.filter((row) => row.status === 'ENDED')).toHaveLength(1);
    expect(after?.journal.some((row) => row.status === 'COMPENSATED' && row.step === 'reserve')).toBe(false);
  });
}
