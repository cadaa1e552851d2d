import { describe, expect, it } from 'vitest';
import { ExperimentSpec, type RunEvent, type RunPhase } from '../contract/index.ts';
import { RunInterruption } from './ports.ts';
import { runExperiment } from './run.ts';
import { type Mischief, SimulatedWorld } from './simulated-world.ts';

const SLI = { service: 'gateway', operation: 'POST /orders', metric: 'good_rate', window: 3 };
const ERRORS = { service: 'gateway', metric: 'error_rate', window: 2 };
const FAULT = {
  type: 'action',
  name: 'charges fail',
  provider: {
    type: 'fault',
    spec: {
      action: { type: 'error' },
      target: { kind: 'service', service: 'payments' },
      selector: { method: 'POST', route: '/charges' },
      durationMs: 6_000,
    },
  },
};
const good = { type: 'range', range: [0.9, 1] };
const GATE = {
  type: 'probe',
  name: 'answers are good',
  provider: { type: 'sli', query: SLI },
  tolerance: good,
};

function experiment(over: Record<string, unknown> = {}): ExperimentSpec {
  return ExperimentSpec.parse({
    title: 'charges fail for a while',
    description: 'in the simulated world',
    sli: SLI,
    'steady-state-hypothesis': { title: 'orders are answered', probes: [GATE] },
    method: [FAULT],
    ...over,
  });
}

interface Played {
  world: SimulatedWorld;
  events: RunEvent[];
  verdict: string;
  why: string;
}

async function play(
  mischief: Mischief = {},
  over: Record<string, unknown> = {},
  act?: (world: SimulatedWorld, controller: AbortController) => void,
  unprotected = false,
): Promise<Played> {
  const world = new SimulatedWorld(mischief);
  const controller = new AbortController();
  act?.(world, controller);
  const events: RunEvent[] = [];
  const run = runExperiment({
    spec: experiment(over),
    runId: 'run-1',
    seed: 7,
    unprotected,
    ports: world.ports,
    clock: world.clock,
    signal: controller.signal,
  });
  for await (const event of run) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'ended') throw new Error('the last event of a run must be its end');
  return { world, events, verdict: last.verdict, why: last.why };
}

const phases = (events: RunEvent[]): RunPhase[] =>
  events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));

const measured = (events: RunEvent[]) =>
  events.flatMap((event) => (event.type === 'measured' ? [event.recovery] : []));

describe('a run that goes well', () => {
  it('is passed when the answers never leave their band', async () => {
    const { verdict, events, world } = await play({ badUnderFault: 0 });
    expect(verdict).toBe('passed');
    expect(phases(events)).toEqual([
      'steady-before',
      'method',
      'recovering',
      'steady-after',
      'reverting',
      'ended',
    ]);
    expect(world.on).toEqual([]);
    expect(world.released).toEqual([]);
  });

  it('is degraded-recovered when they left it, came back and the steady state holds again', async () => {
    const { verdict, why, events } = await play({ aftermathS: 4 });
    expect(verdict).toBe('degraded-recovered');
    expect(why).toMatch(/requests lost; recovered .* s after the fault was cleared/);
    const last = measured(events).at(-1);
    expect(last?.t0).not.toBeNull();
    expect(last?.lostRequests.value).toBeGreaterThan(80);
    const { t0, t1, t3, t4 } = last ?? {};
    expect([t0, t1, t3, t4].every((at) => typeof at === 'number')).toBe(true);
  });

  it('takes as its baseline only the time in which the steady state held', async () => {
    const { verdict, events } = await play({ warmUpS: 5 });
    expect(verdict).toBe('degraded-recovered');
    const answers = measured(events).at(-1)?.conditions[0];
    expect(answers?.detail).toMatch(/baseline 100.0 % of \d+ calls/);
  });

  it('has nothing to detect when nothing broke', async () => {
    expect((await play({ badUnderFault: 0 }, { budget: { detect: 1 } })).verdict).toBe('passed');
  });

  it('measures about each second while it goes on and once more at the end', async () => {
    const { events } = await play();
    const at = events.flatMap((event) => (event.type === 'measured' ? [event.at] : []));
    const method = events.find((event) => event.type === 'phase' && event.phase === 'method');
    const spanS = ((at.at(-1) ?? 0) - (method?.at ?? 0)) / 1000;
    expect(at.length).toBeGreaterThanOrEqual(Math.floor(spanS) - 1);
    expect(at.length).toBeLessThanOrEqual(Math.ceil(spanS) + 2);
  });

  it('says of each fault when it was armed and how its end was read back', async () => {
    const { events } = await play();
    const ends = events.filter((event) => event.type === 'fault-ended');
    expect(events.filter((event) => event.type === 'fault-armed')).toHaveLength(1);
    expect(ends).toEqual([
      expect.objectContaining({ faultId: 'fault-1', reverted: true, readBack: 'seam empty' }),
    ]);
  });

  it('arms each fault with a seed made from the seed of the run', async () => {
    const control = { type: 'control', service: 'loadgen', name: 'load.set', input: { rate: 5 } };
    const method = [FAULT, { type: 'action', name: 'set load', provider: control }, FAULT];
    const { world } = await play({}, { method });
    const again = await play({}, { method });
    const seeds = world.armed.map((spec) => spec.seed);
    expect(new Set(seeds).size).toBe(2);
    expect(again.world.armed.map((spec) => spec.seed)).toEqual(seeds);
    expect(world.controls).toEqual([{ service: 'loadgen', name: 'load.set', input: { rate: 5 } }]);
  });

  it('waits inside the method when it is told to', async () => {
    const wait = { type: 'probe', name: 'recovered', provider: { type: 'recovered', within: 30, dwell: 2 } };
    const { verdict, events } = await play({}, { method: [FAULT, wait] });
    expect(verdict).toBe('degraded-recovered');
    const order = events.flatMap((event) =>
      event.type === 'fault-ended' || (event.type === 'activity-ended' && event.name === 'recovered')
        ? [event.type]
        : [],
    );
    expect(order).toEqual(['fault-ended', 'activity-ended']);
  });
});

describe('a run whose gate does not hold', () => {
  it('is not-run, and nothing is injected', async () => {
    const { verdict, why, world, events } = await play({ alwaysBad: 0.5 });
    expect(verdict).toBe('not-run');
    expect(why).toContain('answers are good: 0.5, wanted 0.9 to 1');
    expect(world.armed).toEqual([]);
    expect(phases(events)).toEqual(['steady-before', 'reverting', 'ended']);
  });

  it('is inconclusive when there is nothing to judge by', async () => {
    const { verdict, why, world } = await play({ rate: 0 });
    expect(verdict).toBe('inconclusive');
    expect(why).toContain('only 0 calls');
    expect(world.armed).toEqual([]);
  });
});

describe('a run that finds something', () => {
  it('is deviated when a probe of the method does not see what it expects', async () => {
    const provider = { type: 'queue', queue: 'mails', metric: 'ready', within: 2 };
    const saga = { type: 'saga', outcome: 'compensated', within: 2 };
    const method = [FAULT, { type: 'probe', name: 'sagas compensate', provider: saga }];
    const { verdict, why } = await play({}, { method });
    expect(verdict).toBe('deviated');
    expect(why).toContain('sagas compensate: 0 sagas compensated, wanted at least 1');
    const unseen = await play({}, { method: [FAULT, { type: 'probe', name: 'queue fills', provider }] });
    expect(unseen.verdict).toBe('inconclusive');
  });

  it('is deviated when the system does not recover within the limit, and says what did not hold', async () => {
    const { verdict, why, world } = await play({ aftermathS: Number.POSITIVE_INFINITY });
    expect(verdict).toBe('deviated');
    expect(why).toMatch(/not recovered within 60 s: Answers are back in band: no/);
    expect(world.on).toEqual([]);
  });

  it('is deviated when a budget is broken', async () => {
    const { verdict, why } = await play({ aftermathS: 6 }, { budget: { recover: 2 } });
    expect(verdict).toBe('deviated');
    expect(why).toMatch(/recovered after [\d.]+ s, the budget is 2 s/);
  });

  it('is inconclusive when the fault hit nothing', async () => {
    const { verdict, why } = await play({ noReceipts: true, badUnderFault: 0 });
    expect(verdict).toBe('inconclusive');
    expect(why).toContain('the fault hit nothing');
  });
});

describe('a run that is stopped', () => {
  it('by a guard is aborted, and its fault reverted', async () => {
    const guards = [{ name: 'not too bad', query: ERRORS, tolerance: { type: 'range', range: [0, 0.5] } }];
    const { verdict, why, world, events } = await play({}, { guards });
    expect(verdict).toBe('aborted');
    expect(why).toContain('guard "not too bad" tripped');
    expect(world.on).toEqual([]);
    expect(world.released).toEqual(['fault-1']);
    const trips = events.filter((event) => event.type === 'guard' && event.tripped);
    expect(trips).toHaveLength(1);
    expect(events.find((event) => event.type === 'fault-ended')).toMatchObject({ reverted: true });
  });

  it('by a person is aborted with the words of that person', async () => {
    const { verdict, why, world } = await play({}, {}, (world, controller) => {
      world.after(7_000, () => controller.abort(new Error('stopped by ada')));
    });
    expect(verdict).toBe('aborted');
    expect(why).toBe('stopped by ada');
    expect(world.released).toEqual(['fault-1']);
    expect(world.on).toEqual([]);
  });

  it('before anything was armed is aborted without a fault', async () => {
    const { verdict, world } = await play({}, {}, (_, controller) =>
      controller.abort(new Error('too early')),
    );
    expect(verdict).toBe('aborted');
    expect(world.armed).toEqual([]);
  });

  it('because the dashboard goes down is interrupted', async () => {
    const { verdict, world } = await play({}, {}, (world, controller) => {
      world.after(7_000, () => controller.abort(new RunInterruption('the dashboard is going down')));
    });
    expect(verdict).toBe('interrupted');
    expect(world.on).toEqual([]);
  });

  it('by a halt of all chaos is aborted', async () => {
    const { verdict, why } = await play({ endsEarly: { afterMs: 2_000, reason: 'halted' } });
    expect(verdict).toBe('aborted');
    expect(why).toContain('halt of all chaos');
  });

  it('by a consumer that reads no further releases what is armed', async () => {
    const world = new SimulatedWorld();
    const { signal } = new AbortController();
    const parts = { runId: 'run-1', seed: 1, ports: world.ports, clock: world.clock, signal };
    for await (const event of runExperiment({ spec: experiment(), ...parts })) {
      if (event.type === 'fault-armed') break;
    }
    expect(world.released).toEqual(['fault-1']);
    expect(world.on).toEqual([]);
  });
});

describe('a run whose injector fails', () => {
  it('is injection-failed when the arming is refused, with the words of the refusal', async () => {
    const { verdict, why } = await play({ refuseArm: true });
    expect(verdict).toBe('injection-failed');
    expect(why).toContain('no agent of payments. Start payments.');
  });

  it('is injection-failed when the lease was lost before its time', async () => {
    const { verdict, why } = await play({ endsEarly: { afterMs: 2_000, reason: 'expired' } });
    expect(verdict).toBe('injection-failed');
    expect(why).toContain('its lease was not renewed');
  });

  it('is injection-failed when the fault does not end by itself, and releases it', async () => {
    const { verdict, world } = await play({ neverEnds: true });
    expect(verdict).toBe('injection-failed');
    expect(world.released).toEqual(['fault-1']);
    expect(world.on).toEqual([]);
  });

  it('is revert-failed when nobody says whether an arming happened', async () => {
    const { verdict, why } = await play({ silentArm: true });
    expect(verdict).toBe('revert-failed');
    expect(why).toContain('never said whether it armed');
  });

  it('is revert-failed when the read-back finds the effect still there, after one more try', async () => {
    const { verdict, why, world } = await play({ reverts: false });
    expect(verdict).toBe('revert-failed');
    expect(why).toContain('seam still holds the fault');
    expect(world.released).toEqual(['fault-1']);
  });

  it('is revert-failed when a release is not answered, whatever else was found', async () => {
    const { verdict, why } = await play({ silentRelease: true, neverEnds: true });
    expect(verdict).toBe('revert-failed');
    expect(why).toContain('no read-back of its end');
  });
});

describe('a run without its protections', () => {
  const ablations = [{ service: 'orders', protection: 'breaker', hurts: 'every order waits' }];
  const start = { ...FAULT, name: 'later', pauses: { before: 1 } };

  it('takes them away before the first fault and puts them back in the end', async () => {
    let during: string[] = [];
    const seen = (world: SimulatedWorld) => world.after(6_000, () => (during = [...world.away]));
    const { world, events, verdict } = await play({ badUnderFault: 0 }, { ablations }, seen, true);
    expect(during).toEqual(['orders/breaker']);
    expect(world.away.size).toBe(0);
    expect(verdict).toBe('passed');
    const names = events.flatMap((event) => (event.type === 'activity-ended' ? [event.name] : []));
    expect(names).toContain('orders goes without breaker');
    expect(names.at(-1)).toBe('orders has breaker back');
  });

  it('hurts the same requests as with them', async () => {
    const without = await play({}, { ablations }, undefined, true);
    const within = await play({}, { ablations });
    expect(within.world.armed).toEqual(without.world.armed);
    expect(within.world.away.size).toBe(0);
  });

  it('which is aborted puts them back all the same', async () => {
    const { world, verdict } = await play(
      {},
      { ablations, method: [start] },
      (_, controller) => setTimeout(() => controller.abort(new Error('enough')), 0),
      true,
    );
    expect(verdict).toBe('aborted');
    expect(world.away.size).toBe(0);
  });

  it('is revert-failed when one does not come back', async () => {
    const { verdict, why } = await play({ keepsAway: true }, { ablations }, undefined, true);
    expect(verdict).toBe('revert-failed');
    expect(why).toContain('orders has not got breaker back: orders does not answer');
  });
});
