import { describe, expect, it } from 'vitest';
import { type CellResult, Sweep, SweepRequest } from '../contract/index.ts';
import { heatMap } from './heat.ts';
import { planSweep } from './plan.ts';
import { knownOf, proposals } from './proposals.ts';
import { runSweep, type SweepEvent } from './run.ts';
import { type Effect, type ShopOptions, SimulatedShop } from './simulated-shop.ts';

const fails: Effect = (journey) => ({ ...journey, error: true });
const slows: Effect = (journey) => ({ ...journey, durationMs: journey.durationMs + 2_000 });

interface Played {
  shop: SimulatedShop;
  events: SweepEvent[];
  results: CellResult[];
  why: string;
}

async function play(
  asked: Partial<SweepRequest>,
  options: ShopOptions & { prepare?: (shop: SimulatedShop, stop: AbortController) => void } = {},
): Promise<Played> {
  const shop = new SimulatedShop(options);
  const request = SweepRequest.parse({ minutes: 60, ...asked });
  const plan = planSweep({ request, observed: shop.observed(), known: [], refusal: () => null });
  const stop = new AbortController();
  options.prepare?.(shop, stop);
  const events: SweepEvent[] = [];
  const task = {
    cells: plan.cells,
    request,
    leftMs: request.minutes * 60_000,
    ports: shop,
    quietSince: 0,
    signal: stop.signal,
  };
  for await (const event of runSweep(task)) events.push(event);
  const results = events.flatMap((event) => (event.type === 'judged' ? [event.result] : []));
  const last = events.at(-1);
  const heat = heatMap({ plan, results, running: [], state: 'ended' });
  expect(Sweep.shape.heat.parse(heat)).toEqual(heat);
  expect(Sweep.shape.proposals.parse(proposals(plan, results, knownOf(results)))).toBeDefined();
  expect(shop.armed.size).toBe(0);
  return { shop, events, results, why: last?.type === 'ended' ? last.why : 'it did not end' };
}

const EDGE = 'orders-to-payments.error.before';
const one = async (options: Parameters<typeof play>[1], asked: Partial<SweepRequest> = {}) => {
  const { results } = await play({ exactly: [EDGE], ...asked }, options);
  expect(results).toHaveLength(1);
  return results[0];
};

describe('a cell', () => {
  it('survives when journeys go on as well as those that are spared', async () => {
    const result = await one({ failing: 0.02 });
    expect(result).toMatchObject({ verdict: 'survives', reverted: true });
    expect(result?.injections).toBeGreaterThan(0);
    expect(result?.figures?.excessFailed[1]).toBeLessThanOrEqual(0.1);
  });

  it('breaks when they fail, and is over soon', async () => {
    const result = await one({ effect: fails });
    expect(result).toMatchObject({
      verdict: 'breaks',
      exampleTraceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(result?.figures?.control.failed).toBe(0);
    expect((result?.endedAt ?? 0) - (result?.startedAt ?? 0)).toBeLessThan(15_000);
  });

  it('degrades when they are slow, or few of them fail', async () => {
    expect(await one({ effect: slows })).toMatchObject({ verdict: 'degrades' });
    let n = 0;
    const some: Effect = (journey) => ({ ...journey, error: n++ % 5 === 0 });
    const few = await one({ effect: some }, { tolerance: 0.3 });
    expect(few).toMatchObject({ verdict: 'degrades', why: expect.stringContaining('failed with the fault') });
  });

  it('breaks when those that are spared fail as well: a breaker that opened', async () => {
    const result = await one({ effect: fails, spill: fails });
    expect(result).toMatchObject({ verdict: 'breaks', why: expect.stringContaining('spills over') });
  });

  it('corrupts when an invariant is violated on a trace that was hurt', async () => {
    const violated = (shop: SimulatedShop) => {
      const at = shop.clock.now() + 5_000;
      const violation = { id: 'stock', at, restoredAt: null, service: 'auditor', detail: '', traceId: '' };
      shop.invariants = async ({ to }) => ({
        ...{ checked: ['stock'], truncated: false },
        violations: to > at ? [violation] : [],
      });
    };
    expect(await one({ prepare: violated })).toMatchObject({
      verdict: 'corrupts',
      why: 'stock was violated',
    });
    const shaky = (shop: SimulatedShop) => {
      const violated = [-60_000, 5_000].map((after) => ({
        ...{ id: 'stock', at: shop.clock.now() + after, restoredAt: null },
        ...{ service: 'auditor', detail: '', traceId: '' },
      }));
      shop.invariants = async ({ from, to }) => ({
        ...{ checked: ['stock'], truncated: false },
        violations: violated.filter(({ at }) => at >= from && at < to),
      });
    };
    expect(await one({ prepare: shaky })).toMatchObject({ verdict: 'survives' });
    const earlier = (shop: SimulatedShop) => {
      const violation = { id: 'stock', at: 1, restoredAt: null, service: 'auditor', detail: '', traceId: '' };
      shop.invariants = async () => ({ checked: ['stock'], violations: [violation], truncated: false });
    };
    expect(await one({ prepare: earlier })).toMatchObject({ verdict: 'survives' });
  });

  it('is inconclusive when it hit nothing, was refused, or had too few journeys', async () => {
    const refused = (shop: SimulatedShop) => {
      Object.assign(shop, { arm: () => Promise.reject(new Error('orders refused')) });
    };
    expect(await one({ prepare: refused })).toMatchObject({
      ...{ verdict: 'inconclusive', why: 'orders refused', reverted: null },
    });
    expect(await one({ rate: 1 })).toMatchObject({
      verdict: 'inconclusive',
      why: expect.stringContaining('too few'),
    });
    const nothing = await play({ exactly: ['orders-statements.slow_query.before'] });
    expect(nothing.results[0]).toMatchObject({
      verdict: 'inconclusive',
      why: expect.stringContaining('hit nothing'),
    });
  });

  it('is not begun while the journeys fail by themselves', async () => {
    const { results, shop } = await play(
      { exactly: [EDGE] },
      {
        prepare: (simulated) => {
          const { journeys } = simulated;
          let asked = 0;
          const ill: typeof journeys = async (...range) =>
            (await journeys(...range)).map((journey) => ({ ...journey, error: asked > 1 }));
          Object.assign(simulated, {
            journeys: (...range: Parameters<typeof journeys>) => {
              asked++;
              return ill(...range);
            },
          });
        },
      },
    );
    expect(results).toMatchObject([
      { verdict: 'inconclusive', why: '100 % of the journeys failed before anything was hurt', faultIds: [] },
    ]);
    expect(shop.released).toEqual([]);
  });
});

describe('a sweep', () => {
  const many = { types: ['error'] as SweepRequest['types'] };

  it('runs at once only what shares no path, and never more than it may', async () => {
    const { shop, results } = await play({ ...many, parallel: 4 });
    expect(shop.mostAtOnce).toBe(2);
    expect(results.length).toBeGreaterThan(10);
    expect((await play({ ...many, parallel: 1 })).shop.mostAtOnce).toBe(1);
  });

  it('begins nothing that would not end within its minutes', async () => {
    const { results, events, why, shop } = await play({ ...many, minutes: 2, parallel: 1 });
    expect(results.length).toBeGreaterThan(2);
    expect(results.length).toBeLessThan(20);
    expect(why).toBe('');
    expect(events.filter(({ type }) => type === 'began')).toHaveLength(results.length);
    const spent =
      Math.max(...results.map(({ endedAt }) => endedAt)) -
      Math.min(...results.map(({ startedAt }) => startedAt));
    expect(spent).toBeLessThanOrEqual(120_000);
    expect(shop.released).toHaveLength(results.length);
  });

  it('stops when it is aborted: what runs is reverted and has no result', async () => {
    const { results, why, shop } = await play(many, {
      prepare: (simulated, stop) => {
        const { arm } = simulated;
        let armed = 0;
        Object.assign(simulated, {
          arm: async (...asked: Parameters<typeof arm>) => {
            if (++armed === 4) setImmediate(() => stop.abort(new Error('stopped by person')));
            return arm(...asked);
          },
        });
      },
    });
    expect(why).toBe('stopped by person');
    expect(results.length).toBeLessThan(4);
    expect(shop.released).toHaveLength(4);
  });

  it('ends when a fault is not reverted', async () => {
    const { results, why } = await play(many, {
      prepare: (shop) => {
        shop.reverts = false;
      },
    });
    expect(why).toContain('was not reverted: still held');
    expect(results.length).toBeLessThanOrEqual(2);
  });

  it('finds nothing where nothing is hurt, with as many errors as are promised', async () => {
    const asked = { types: ['error', 'latency'] as SweepRequest['types'], alpha: 0.2 };
    const { results } = await play(asked, { failing: 0.1, seed: 9 });
    const wrong = results.filter(({ verdict }) => verdict !== 'survives' && verdict !== 'inconclusive');
    expect(results.length).toBeGreaterThan(30);
    expect(wrong.length / results.length).toBeLessThanOrEqual(0.2);
  });
});
