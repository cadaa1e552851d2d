import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import type { Recovery } from '../contract/index.ts';
import { computeRecovery } from './compute.ts';
import { fault, JOURNEY, judged, moved, queued, saga, seconds, T, timeline, traffic } from './hand-made.ts';

function compute(parts: Partial<Timeline>, faults: FaultInterval[], now: number): Recovery {
  return computeRecovery({
    timeline: timeline({ ...parts, faults }),
    faults,
    sli: JOURNEY,
    baseline: { from: T, to: T + 20_000 },
    dwellMs: 3_000,
    now: T + now,
  });
}

/**
 * 20 s of 10 good calls a second. Errors on payments armed at 20.2 s, first receipt 20.35 s, gone at 30.4 s. Second 20 has 6
 * bad answers, 21 to 24 have 8 each; then the breaker (open 24.1 s, closed 33.7 s) makes answers good again. The queue is
 * above 5 from 22 s to 38 s with 40 at 30 s. One saga of 21 s ends at 39.5 s.
 */
function incident(): Partial<Timeline> {
  const bad = new Map([[20, 6], ...[21, 22, 23, 24].map((second): [number, number] => [second, 8])]);
  const depth = (at: number): number => (at < 22 ? 0 : at <= 30 ? (at - 21) * 4 + 4 : at < 38 ? 20 : 3);
  return {
    traffic: seconds(0, 45).map((at) => traffic(at, { errors: bad.get(at) ?? 0 })),
    transitions: [
      moved(24_100, 'closed', 'open'),
      moved(33_000, 'open', 'half_open'),
      moved(33_700, 'half_open', 'closed'),
    ],
    queues: seconds(0, 45).map((at) => queued(at * 1000, depth(at))),
    sagas: [
      saga(5_000, 'before', 'started'),
      saga(5_200, 'before', 'completed', 'confirmed'),
      saga(21_000, 'late', 'started'),
      saga(25_000, 'undone', 'started'),
      saga(26_000, 'undone', 'completed', 'compensated'),
      saga(39_500, 'late', 'completed', 'confirmed'),
      saga(44_000, 'after', 'started'),
    ],
  };
}

const CLEARED = { ...fault(20_200, 30_400), firstEffectAt: T + 20_350 };

describe('recovery of a known incident', () => {
  const recovery = compute(incident(), [CLEARED], 46_000);

  it('finds t0 at the first receipt, t1 when the SLI was measurably below its band', () => {
    expect(recovery.t0).toBe(T + 20_350);
    // The window of seconds 18 to 20 holds 24 good of 30 calls, below 0.917; known when second 20 is over.
    expect(recovery.t1).toBe(T + 21_000);
    expect(recovery.t1Cause).toContain('only 80 % good');
    expect(recovery.detect.value).toBe(650);
  });

  it('finds t2 at the first good second under the fault and t3 at the read-back', () => {
    expect(recovery.t2).toBe(T + 25_000);
    expect(recovery.mitigate.value).toBe(4_650);
    expect(recovery.t3).toBe(T + 30_400);
  });

  it('finds t4 when the last of the conditions holds: here the late saga', () => {
    expect(recovery.t4).toBe(T + 39_500);
    expect(recovery.recover).toMatchObject({ value: 9_100, formula: 't4 - t3', unit: 'ms' });
    expect(recovery.outage).toMatchObject({ value: 19_150, formula: 't4 - t0' });
  });

  it('shows when each condition did not hold and since when it does', () => {
    const rows = recovery.conditions.map(({ id, broken, since }) => [id, broken, since]);
    expect(rows).toEqual([
      ['answers_in_band', [[T + 20_200, T + 25_000]], T + 25_000],
      ['breakers_closed', [[T + 24_100, T + 33_700]], T + 33_700],
      ['queues_at_baseline', [[T + 22_000, T + 38_000]], T + 38_000],
      ['sagas_in_time', [[T + 36_000, T + 39_500]], T + 39_500],
      ['invariants_hold', [], T + 20_200],
    ]);
  });

  it('counts lost requests, queue peak and drain, and how sagas ended', () => {
    expect(recovery.lostRequests.value).toBe(6 + 4 * 8);
    expect(recovery.lostRequests.inputs).toBe('38 bad answers of 50 in 5 seconds below band');
    expect(recovery.queuePeak.value).toBe(40);
    // Peak at 30.0 s, fault gone at 30.4 s, at most 5 ready again at 38.0 s.
    expect(recovery.drainMs.value).toBe(7_600);
    expect(recovery.sagas).toEqual({ confirmed: 1, compensated: 1, stuck: 0, active: 0 });
  });

  it('does not call it recovered before the dwell is proven, and leaves the unfinished second out', () => {
    const early = compute(incident(), [CLEARED], 42_900);
    expect(early.t4).toBeNull();
    expect(early.recover.inputs).toContain('not every condition has held for 3 s yet');
    expect(early.sli.at(-1)?.second).toBe(T / 1000 + 41);
  });

  it('while the fault is on t3 and t4 are unknown and say why', () => {
    const live = compute(incident(), [{ ...fault(20_200, null), firstEffectAt: T + 20_350 }], 23_000);
    expect([live.t0, live.t1, live.t2, live.t3, live.t4]).toEqual([T + 20_350, T + 21_000, null, null, null]);
    expect(live.recover.inputs).toBe('the fault is still on');
    expect(live.conditions[0]?.since).toBeNull();
  });

  it('a fault that was not reverted is never cleared', () => {
    const stuck = { ...CLEARED, reverted: false, readBack: 'seam still full' };
    const left = compute(incident(), [stuck], 46_000);
    expect(left.t3).toBeNull();
    expect(left.recover.inputs).toContain('seam still full');
  });
});

describe('answers', () => {
  it('that stop coming are a breach, and what the baseline would have brought is lost', () => {
    const cells = [...seconds(0, 20), ...seconds(26, 40)].map((at) => traffic(at));
    const recovery = compute(
      { traffic: cells },
      [{ ...fault(20_000, 26_000), firstEffectAt: T + 20_100 }],
      40_000,
    );
    // 15 expected calls at 10/s: known after two silent seconds.
    expect(recovery.t1).toBe(T + 22_000);
    expect(recovery.t4).toBe(T + 26_000);
    expect(recovery.lostRequests.value).toBe(60);
    expect(recovery.lostRequests.inputs).toContain('60.0 never answered');
  });

  it('that come late are bad although they are no errors', () => {
    const cells = seconds(0, 40).map((at) => traffic(at, at >= 21 && at < 25 ? { slowMs: 900 } : {}));
    const recovery = compute(
      { traffic: cells },
      [{ ...fault(20_500, 25_000), firstEffectAt: T + 21_000 }],
      40_000,
    );
    expect(recovery.lostRequests.value).toBe(40);
    expect(recovery.t4).toBe(T + 25_000);
    expect(recovery.recover.value).toBe(0);
  });

  it('of a few business errors stay in band', () => {
    const cells = seconds(0, 40).map((at) => traffic(at, { calls: 5, errors: at % 5 === 0 ? 1 : 0 }));
    const recovery = compute(
      { traffic: cells },
      [{ ...fault(20_500, 25_000), firstEffectAt: T + 21_000 }],
      40_000,
    );
    expect(recovery.lostRequests.value).toBe(0);
    expect(recovery.conditions[0]?.broken).toEqual([]);
  });

  it('of which there were too few never count as recovered', () => {
    const cells = seconds(0, 20).map((at) => traffic(at, { calls: at % 10 === 0 ? 1 : 0 }));
    const recovery = compute(
      { traffic: cells },
      [{ ...fault(20_500, 25_000), firstEffectAt: T + 21_000 }],
      60_000,
    );
    expect(recovery.t4).toBeNull();
    expect(recovery.conditions[0]?.broken).toEqual([]);
    expect(recovery.conditions[0]?.since).toBeNull();
  });
});

describe('the first effect of a fault without receipts', () => {
  const target = { kind: 'process', service: 'shipping' };
  const killed = fault(20_200, 27_000, { action: { type: 'process_kill' }, target, selector: {} });
  const good = seconds(0, 40).map((at) => traffic(at));

  it('of process_kill is the exit of the process', () => {
    const event = { service: 'shipping', instance: 'shipping-1', pid: 7, detail: '' };
    const processes: Timeline['processes'] = [
      { ...event, at: T + 1_000, state: 'started' },
      { ...event, at: T + 20_260, state: 'killed' },
    ];
    const recovery = compute({ traffic: good, processes }, [killed], 40_000);
    expect(recovery.t0).toBe(T + 20_260);
    expect(recovery.detect.inputs).toContain('no breaker opened');
    expect(recovery.injectedRate).toMatchObject({ value: null });
  });

  it('of process_kill without its event is the first failed call to the target', () => {
    const calls = traffic(21, {
      kind: 'client',
      service: 'orders',
      peer: 'shipping',
      operation: '',
      errors: 1,
    });
    expect(compute({ traffic: [...good, calls] }, [killed], 40_000).t0).toBe(T + 21_000);
  });

  it('of consumer_stop is the first sample in which messages wait and none is taken', () => {
    const consumer = { kind: 'consumer', service: 'notifications', queue: 'notifications' };
    const stopped = fault(20_200, 35_000, {
      action: { type: 'consumer_stop' },
      target: consumer,
      selector: {},
    });
    const queues = seconds(0, 50).map((at) => {
      if (at <= 20) return queued(at * 1000, 0);
      return at < 35 ? queued(at * 1000, (at - 20) * 5, { dequeued: 0 }) : queued(at * 1000, 0);
    });
    const recovery = compute({ traffic: seconds(0, 50).map((at) => traffic(at)), queues }, [stopped], 50_000);
    expect(recovery.t0).toBe(T + 21_000);
    // 5 ready at 21 s are within the band, 10 at 22 s are not.
    expect(recovery.t1).toBe(T + 22_000);
    expect(recovery.t1Cause).toBe('queue notifications rose above 5 ready');
    expect(recovery.queuePeak.value).toBe(70);
    expect(recovery.t4).toBe(T + 35_000);
  });

  it('of database_outage is the first failed statement, not before the arming', () => {
    const outage = {
      action: { type: 'database_outage' },
      target: { kind: 'database', service: 'inventory' },
    };
    const statement = traffic(20, { kind: 'db', service: 'inventory', peer: 'inventory', errors: 2 });
    const recovery = compute({ traffic: [...good, statement] }, [fault(20_400, 30_000, outage)], 40_000);
    expect(recovery.t0).toBe(T + 20_400);
    expect(recovery.detect.formula).toBe('t1 - t0');
  });

  it("of the outage of a database that is nobody's service is the first failed statement of those who use it", () => {
    const outage = { action: { type: 'database_outage' }, target: { kind: 'database', service: 'broker' } };
    const statement = traffic(22, { kind: 'db', service: 'notifications', peer: 'broker', errors: 2 });
    const recovery = compute({ traffic: [...good, statement] }, [fault(20_400, 30_000, outage)], 40_000);
    expect(recovery.t0).toBe(T + 22_000);
  });
});

describe('the reach of a fault', () => {
  const charges = (at: number, over: Parameters<typeof traffic>[1] = {}) =>
    traffic(at, { service: 'payments', operation: 'POST /charges', ...over });

  it('is the share of calls that were hit, with the 95 % interval of Wilson', () => {
    const hit = seconds(0, 40).map((at) => charges(at, at >= 21 && at < 29 ? { receipts: 8 } : {}));
    const recovery = compute({ traffic: hit }, [fault(20_500, 29_500)], 40_000);
    // 64 of 80 calls: Wilson gives 69.9 % to 87.3 %.
    expect(recovery.injectedRate.value).toBeCloseTo(0.8, 10);
    expect(recovery.injectedRate.inputs).toContain('64 of 80 calls, 80.0 %; 95 % interval 70.0 % to 87.3 %');
  });

  it('counts the other services that left their band, not the target', () => {
    const hurt = (at: number): boolean => at >= 21 && at < 28;
    const cells = seconds(0, 40).flatMap((at) => [
      traffic(at, { errors: hurt(at) ? 5 : 0 }),
      charges(at, { errors: hurt(at) ? 10 : 0, receipts: hurt(at) ? 10 : 0 }),
      traffic(at, { service: 'orders', operation: 'POST /orders', ...(hurt(at) ? { slowMs: 3_000 } : {}) }),
      traffic(at, { service: 'inventory', operation: 'POST /reservations' }),
    ]);
    const recovery = compute({ traffic: cells }, [fault(20_500, 28_000)], 40_000);
    expect(recovery.affectedServices).toEqual(['gateway', 'orders']);
    expect(recovery.blastRadius.value).toBe(2);
  });

  it('is amplified by retries, hop by hop, against the baseline', () => {
    const cells = seconds(0, 40).flatMap((at) => [
      traffic(at, { service: 'orders', operation: 'POST /orders' }),
      traffic(at, {
        kind: 'client',
        service: 'orders',
        peer: 'payments',
        operation: '',
        calls: at >= 21 && at < 30 ? 30 : 10,
      }),
    ]);
    const effect = { ...fault(20_500, 30_000), firstEffectAt: T + 21_000 };
    const [hop] = compute({ traffic: cells }, [effect], 40_000).retryAmplification;
    expect(hop).toMatchObject({ from: 'orders', to: 'payments' });
    expect(hop?.figure.value).toBeCloseTo(3, 10);
  });
});

describe('an invariant that an auditor checks', () => {
  const samples = (status: (at: number) => 'ok' | 'pending' | 'violated') =>
    seconds(0, 60).map((at) => judged(at * 1_000, 'I1', status(at)));

  it('which is violated holds recovery up until it is restored', () => {
    const invariants = samples((at) => (at >= 35 && at < 42 ? 'violated' : 'ok'));
    const recovery = compute({ ...incident(), invariants }, [CLEARED], 50_000);
    expect(recovery.t4).toBe(T + 42_000);
    expect(recovery.conditions.at(-1)).toMatchObject({
      id: 'invariants_hold',
      broken: [[T + 35_000, T + 42_000]],
      detail: 'violated: I1',
    });
  });

  it('which is pending, as under load it is, does not', () => {
    const invariants = samples(() => 'pending');
    expect(compute({ ...incident(), invariants }, [CLEARED], 50_000).t4).toBe(T + 39_500);
  });

  it('which was violated before the fault is none of its doing', () => {
    const invariants = samples(() => 'violated');
    expect(compute({ ...incident(), invariants }, [CLEARED], 50_000).t4).toBe(T + 39_500);
  });
});
