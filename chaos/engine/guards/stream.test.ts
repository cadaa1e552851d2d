import {
  emptyTimeline,
  type FaultInterval,
  FaultSpec,
  sketchIndex,
  type Timeline,
} from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { ExperimentSpec, type RunEvent } from '../../contract/index.ts';
import { runExperiment } from '../run.ts';
import { SimulatedWorld } from '../simulated-world.ts';
import { readGuard } from './read.ts';

const range = (low: number, high: number) => ({ type: 'range', range: [low, high] });
const GOOD = { service: 'gateway', metric: 'good_rate', window: 3 };

function experiment(guard: Record<string, unknown>): ExperimentSpec {
  return ExperimentSpec.parse({
    title: 'charges fail',
    description: 'in the simulated world',
    sli: GOOD,
    'steady-state-hypothesis': {
      title: 'orders are answered',
      probes: [
        { type: 'probe', name: 'good', provider: { type: 'sli', query: GOOD }, tolerance: range(0.9, 1) },
      ],
    },
    method: [
      {
        type: 'action',
        name: 'charges fail',
        provider: {
          type: 'fault',
          spec: {
            action: { type: 'error' },
            target: { kind: 'service', service: 'payments' },
            durationMs: 60_000,
          },
        },
      },
    ],
    guards: [{ name: 'bound', ...guard }],
  });
}

const calls = (now: number, over: Partial<Timeline['traffic'][number]>): Partial<Timeline> => ({
  traffic: [
    {
      ...{ second: Math.floor(now / 1000), kind: 'server', service: 'orders', peer: '', operation: 'POST /' },
      ...{ calls: 10, errors: 0, receipts: 0, durations: [[sketchIndex(20), 10]] },
      ...over,
    },
  ],
});

const depth = (now: number, ready: number): Partial<Timeline> => ({
  queues: [
    {
      ...{ at: now, system: 'bullmq', queue: 'mails', ready, delayed: 0, inFlight: 0, dead: 0 },
      ...{ oldestAgeMs: null, enqueued: 0, dequeued: 0, redelivered: 0, consumers: 1, paused: false },
    },
  ],
});

const sagaEvent = (now: number, event: string, traceId = 't1'): Partial<Timeline> => ({
  sagas: [
    {
      ...{
        at: now,
        event,
        sagaId: 's1',
        type: 'order',
        mode: 'orchestrated',
        service: 'orders',
        orderId: 'o',
      },
      ...{ step: '', kind: '', attempt: 1, epoch: 1, owner: '', key: '', outcome: '', detail: '', traceId },
    },
  ],
});

const breaker = (now: number, to: 'closed' | 'open'): Partial<Timeline> => ({
  transitions: [
    {
      ...{
        at: now,
        service: 'orders',
        instance: 'o-1',
        name: 'payments',
        peer: 'payments',
        from: 'closed',
        to,
      },
      ...{ reason: '', windowCalls: 9, windowFailures: 9, windowTimeouts: 0, windowSeconds: 10 },
      ...{ threshold: 0.5, volume: 5, resetTimeoutMs: 5000, traceId: '' },
    },
  ],
});

const receipt = (now: number, traceId: string): Partial<Timeline> => ({
  receipts: [
    {
      ...{ at: now, faultId: 'fault-1', runId: 'run-1', faultType: 'error', service: 'payments' },
      ...{ operation: 'POST /charges', traceId, spanId: 'a', injectedMs: 0 },
    },
  ],
});

/** A run in which no time passes while the fault is on, so that only what comes on the stream can end it. */
async function guarded(guard: Record<string, unknown>) {
  const world = new SimulatedWorld({ stopsUnderFault: true, badUnderFault: 0 });
  const events: RunEvent[] = [];
  const run = runExperiment({
    spec: experiment(guard),
    runId: 'run-1',
    seed: 1,
    ports: world.ports,
    clock: world.clock,
    signal: new AbortController().signal,
  });
  const over = (async () => {
    for await (const event of run) events.push(event);
  })();
  while (world.on.length === 0) await new Promise((resolve) => setImmediate(resolve));
  return {
    world,
    over,
    trips: () => events.filter((event) => event.type === 'guard' && event.tripped),
    events,
  };
}

/** What each guard takes, and the one batch that is too much. */
const CASES: [string, Record<string, unknown>, ((now: number) => Partial<Timeline>)[]][] = [
  [
    'an error rate',
    { query: { service: 'orders', metric: 'error_rate', window: 5 }, tolerance: range(0, 0.3) },
    [(now) => calls(now, {}), (now) => calls(now, { errors: 4 }), (now) => calls(now, { errors: 10 })],
  ],
  [
    'a p95',
    { query: { service: 'orders', metric: 'p95', window: 5 }, tolerance: range(0, 300) },
    [(now) => calls(now, {}), (now) => calls(now, { durations: [[sketchIndex(900), 10]] })],
  ],
  [
    'an availability',
    { query: { service: 'orders', metric: 'availability', window: 5 }, tolerance: range(0.9, 1) },
    [(now) => calls(now, {}), (now) => calls(now, { errors: 9 })],
  ],
  [
    'the depth of a queue',
    { watch: { type: 'queue', queue: 'mails' }, tolerance: range(0, 100) },
    [(now) => depth(now, 99), (now) => depth(now, 101)],
  ],
  [
    'stuck sagas',
    { watch: { type: 'stuck_sagas' }, tolerance: range(0, 0) },
    [(now) => sagaEvent(now, 'started'), (now) => sagaEvent(now, 'stuck')],
  ],
  [
    'an open breaker',
    { watch: { type: 'open_breakers', service: 'orders' }, tolerance: range(0, 0) },
    [(now) => breaker(now, 'closed'), (now) => breaker(now, 'open')],
  ],
  [
    'the burning of an error budget',
    {
      watch: {
        type: 'burn',
        query: { service: 'orders', metric: 'availability', window: 5 },
        objective: 0.99,
      },
      tolerance: range(0, 14.4),
    },
    [(now) => calls(now, { errors: 1 }), (now) => calls(now, { errors: 5 })],
  ],
  [
    'a blast radius in calls',
    { watch: { type: 'blast', of: 'requests' }, tolerance: range(0, 10) },
    [(now) => calls(now, { receipts: 10 }), (now) => calls(now, { receipts: 1 })],
  ],
  [
    'a blast radius in sagas',
    { watch: { type: 'blast', of: 'sagas' }, tolerance: range(0, 0) },
    [(now) => sagaEvent(now, 'started', 't1'), (now) => receipt(now, 't0'), (now) => receipt(now, 't1')],
  ],
  [
    'a blast radius as a share of the calls',
    { watch: { type: 'blast', of: 'share' }, tolerance: range(0, 0.2) },
    [(now) => calls(now, { receipts: 2 }), (now) => calls(now, { receipts: 9 })],
  ],
];

describe('a guard on the stream', () => {
  it.each(CASES)(
    'for %s ends the run at the batch that is too much, not before',
    async (_, guard, batches) => {
      const { world, over, trips } = await guarded(guard);
      for (const [index, batch] of batches.entries()) {
        expect(world.on, `before batch ${index + 1}`).toEqual(['fault-1']);
        expect(trips()).toEqual([]);
        await world.batch(batch);
      }
      expect(world.released).toEqual(['fault-1']);
      await over;
      expect(trips()).toHaveLength(1);
    },
  );

  it('of an age that the broker does not say is not known, and that of an empty queue is 0', () => {
    const guard = { name: 'age', watch: { type: 'queue', queue: 'mails', metric: 'oldest_age' } } as const;
    const at = 1_800_000_000_000;
    const age = (ready: number) => {
      const timeline = { ...emptyTimeline(), ...depth(at, ready) };
      return readGuard(
        { ...guard, tolerance: true },
        { timeline, runId: 'run-1', at, since: at, baselineFrom: at },
      ).value;
    };
    expect([age(5), age(0)]).toEqual([null, 0]);
  });

  it('counts the services which leave their band, the unfinished second included', async () => {
    const bad = { service: 'shipping', operation: 'GET /', errors: 10 };
    const { world, over, events } = await guarded({
      watch: { type: 'blast', of: 'services' },
      tolerance: range(0, 0),
    });
    await world.batch((now) => ({
      traffic: [-9, -8, -7, -6, -5, -4, -3].flatMap(
        (s) => calls(now + s * 1000, { ...bad, errors: 0 }).traffic ?? [],
      ),
    }));
    expect(world.on).toEqual(['fault-1']);
    world.pass(700);
    await world.batch((now) =>
      calls(now, { ...bad, calls: 30, errors: 30, durations: [[sketchIndex(20), 30]] }),
    );
    await over;
    expect(events.at(-1)).toMatchObject({ verdict: 'aborted', why: expect.stringContaining('shipping') });
  });

  it("counts what the run's own faults reached, and not what somebody else's did meanwhile", () => {
    const at = 1_800_000_000_000;
    const own = { faultId: 'fault-1', runId: 'run-1' };
    const spec = FaultSpec.parse({
      ...{ action: { type: 'error' }, target: { kind: 'service', service: 'payments' } },
    });
    const on = (over: Partial<FaultInterval>): FaultInterval => ({
      ...{ ...own, owner: 'somebody', spec, armedAt: at, expiresAt: at + 60_000, firstEffectAt: at },
      ...{ endedAt: null, endReason: null, readBack: null, reverted: null, injections: 0, ...over },
    });
    const foreign = { faultId: 'fault-2', runId: null };
    const ours = receipt(at, 't1').receipts ?? [];
    const theirs = ours.map((one) => ({ ...one, ...foreign, runId: '', traceId: 't2' }));
    const timeline: Timeline = {
      ...{ ...emptyTimeline(), ...calls(at, { calls: 40, receipts: 20 }) },
      faults: [on({ injections: 4 }), on({ ...foreign, injections: 900 })],
      receipts: [...ours, ...theirs],
      sagas: [...(sagaEvent(at, 'started').sagas ?? []), ...(sagaEvent(at, 'started', 't2').sagas ?? [])].map(
        (event, index) => ({ ...event, sagaId: `s${index}` }),
      ),
    };
    const read = (of: 'requests' | 'sagas' | 'share', faults = timeline.faults) =>
      readGuard(
        { name: 'reach', watch: { type: 'blast', of }, tolerance: true },
        { timeline: { ...timeline, faults }, runId: 'run-1', at: at + 500, since: at, baselineFrom: at },
      ).value;
    expect([read('requests'), read('share'), read('sagas')]).toEqual([4, 0.1, 1]);
    expect(read('requests', [on({ injections: 4 })])).toBe(20);
  });

  it('says nothing in the journal of a batch that changes a value within its bounds', async () => {
    const { world, over, events } = await guarded({
      watch: { type: 'blast', of: 'requests' },
      tolerance: range(0, 3),
    });
    const before = events.length;
    for (let i = 0; i < 3; i++) await world.batch((now) => calls(now, { receipts: 1 }));
    expect(events.length).toBe(before);
    await world.batch((now) => calls(now, { receipts: 1 }));
    await over;
  });

  it('is not asked any more when the run is over', async () => {
    const { world, over } = await guarded({ watch: { type: 'stuck_sagas' }, tolerance: range(0, 0) });
    expect(world.watchers).toBe(1);
    await world.batch((now) => sagaEvent(now, 'started'));
    await world.batch((now) => sagaEvent(now, 'stuck'));
    await over;
    expect(world.watchers).toBe(0);
  });
});
