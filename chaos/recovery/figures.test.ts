import type { Timeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import type { Recovery } from '../contract/index.ts';
import { computeRecovery } from './compute.ts';
import { fault, JOURNEY, queued, saga, seconds, T, timeline, traffic } from './hand-made.ts';
import { reachFigure, reachRange } from './index.ts';

function compute(parts: Partial<Timeline>, faults: Timeline['faults'], now: number): Recovery {
  return computeRecovery({
    timeline: timeline({ ...parts, faults }),
    faults,
    sli: JOURNEY,
    baseline: { from: T, to: T + 20_000 },
    dwellMs: 3_000,
    now: T + now,
  });
}

const HURT = { ...fault(20_000, 26_000), firstEffectAt: T + 20_100 };
const sum = (recovery: Recovery, figure: 'lostRequests' | 'blastRadius') =>
  recovery[figure].points.reduce((so, { value }) => so + value, 0);

describe('the raw points of a figure', () => {
  it('of a duration are the two instants it lies between', () => {
    const cells = seconds(0, 40).map((at) => traffic(at, { errors: at >= 20 && at < 26 ? 10 : 0 }));
    const { detect } = compute({ traffic: cells }, [HURT], 40_000);
    expect(detect.points).toEqual([
      { at: T + 20_100, value: 0, what: 't0' },
      { at: T + 21_000, value: 900, what: 't1' },
    ]);
  });

  it('of lost requests add up to them, silence included', () => {
    const bad = seconds(0, 40).map((at) => traffic(at, { errors: at >= 20 && at < 26 ? 7 : 0 }));
    const hurt = compute({ traffic: bad }, [HURT], 40_000);
    expect(hurt.lostRequests.value).toBe(42);
    expect(hurt.lostRequests.points).toHaveLength(6);
    expect(hurt.lostRequests.points[0]).toEqual({ at: T + 20_000, value: 7, what: '3 of 10 good' });
    expect(sum(hurt, 'lostRequests')).toBe(42);
    const silent = [...seconds(0, 20), ...seconds(26, 40)].map((at) => traffic(at));
    const silence = compute({ traffic: silent }, [HURT], 40_000);
    expect(sum(silence, 'lostRequests')).toBe(60);
  });

  it('of a blast radius are the services, each with when it left its band', () => {
    const cells = seconds(0, 40).flatMap((at) => [
      traffic(at),
      traffic(at, { service: 'orders', errors: at >= 23 && at < 26 ? 9 : 0 }),
      traffic(at, { service: 'payments', receipts: at >= 20 && at < 26 ? 1 : 0 }),
    ]);
    const { blastRadius } = compute({ traffic: cells }, [HURT], 40_000);
    expect(blastRadius).toMatchObject({ value: 1, points: [{ at: T + 23_000, value: 1, what: 'orders' }] });
  });

  it('are as many as a screen can use, and how many more there are is said', () => {
    const ends = seconds(0, 100).map((n) => saga(21_000 + n, `s${n}`, 'completed', 'confirmed'));
    const { confirmed } = compute({ sagas: ends }, [HURT], 40_000).sagaFigures;
    expect(confirmed).toMatchObject({ value: 100, morePoints: 40 });
    expect(confirmed.points).toHaveLength(60);
  });
});

describe('a queue that drains', () => {
  // 0 until the fault, 5 more each second to 30 at 26 s, then 4 less each second: at most 5 from 33 s on.
  const depth = (at: number) => (at <= 20 ? 0 : at <= 26 ? (at - 20) * 5 : Math.max(0, 30 - (at - 26) * 4));
  const queues = seconds(0, 45).map((at) => queued(at * 1000, depth(at)));
  const cells = seconds(0, 45).map((at) => traffic(at));

  it('has a slope and a predicted time, and the prediction is what it then took', () => {
    const { drainSlope, drainPredicted, drainMs } = compute({ queues, traffic: cells }, [HURT], 45_000);
    expect(drainSlope.value).toBeCloseTo(-4, 6);
    expect(drainSlope.points).toHaveLength(8);
    // 25 above the baseline of 5 at 4 a second; the samples are a second apart.
    expect(drainPredicted.value).toBeCloseTo(6_250, 3);
    expect(drainMs.value).toBe(7_000);
  });

  it('is predicted already while it drains', () => {
    const { drainSlope, drainPredicted, drainMs } = compute({ queues, traffic: cells }, [HURT], 29_500);
    expect(drainSlope.value).toBeCloseTo(-4, 6);
    expect(drainPredicted.value).toBeCloseTo(6_250, 3);
    expect(drainMs).toMatchObject({ value: null, inputs: 'notifications: 18 still ready, about 3 s to go' });
  });

  it('that does not drain has no prediction', () => {
    const rising = seconds(0, 45).map((at) => queued(at * 1000, at <= 20 ? 0 : (at - 20) * 5));
    const { drainSlope, drainPredicted } = compute({ queues: rising, traffic: cells }, [HURT], 45_000);
    // The peak is the newest sample, and nothing came after it.
    expect(drainSlope.value).toBeNull();
    expect(drainPredicted.inputs).toContain('it does not drain');
  });
});

describe('what was injected', () => {
  const charges = (at: number, receipts: number, operation = 'POST /charges') =>
    traffic(at, { service: 'payments', operation, receipts });

  it('is held against what was asked for, fault by fault', () => {
    const cells = seconds(0, 40).flatMap((at) => [
      charges(at, at >= 21 && at < 29 ? 8 : 0),
      charges(at, at >= 21 && at < 29 ? 1 : 0, 'GET /charges'),
    ]);
    const asked = {
      ...fault(20_500, 29_500, { selector: { route: '/charges', method: 'POST', percentage: 80 } }),
    };
    const other = {
      ...fault(20_500, 29_500, { selector: { route: '/charges', method: 'GET', percentage: 50 } }),
      faultId: 'f2',
    };
    const { injections } = compute({ traffic: cells }, [asked, other], 40_000);
    expect(injections.map(({ intended, asIntended }) => [intended, asIntended])).toEqual([
      [0.8, true],
      [0.5, false],
    ]);
    expect(injections[0]?.figure.value).toBeCloseTo(0.8, 10);
    expect(injections[0]?.figure.interval?.[0]).toBeCloseTo(0.69954, 4);
    expect(injections[0]?.figure.points[0]).toEqual({ at: T + 21_000, value: 0.8, what: '8 of 10 calls' });
  });

  it('is counted for a reset, too: it leaves receipts as an error does', () => {
    const cells = seconds(0, 40).map((at) => charges(at, at >= 21 && at < 29 ? 10 : 0));
    const reset = fault(20_500, 29_500, { action: { type: 'reset' } });
    const { injectedRate, t0 } = compute({ traffic: cells }, [reset], 40_000);
    expect(injectedRate.value).toBe(1);
    expect(t0).toBe(T + 21_000);
  });
});

describe('how far a fault reached', () => {
  it('is asked for from the first effect to recovery, or to the end where there was none', () => {
    expect(reachRange({ t0: T, t4: T + 5_000 }, T + 9_000)).toEqual({ from: T, to: T + 5_000 });
    expect(reachRange({ t0: T, t4: null }, T + 9_000)).toEqual({ from: T, to: T + 9_000 });
    expect(reachRange({ t0: null, t4: null }, T)).toBeNull();
  });

  it('is the share of requests with a receipt or below one', () => {
    const counted = { requests: 200, hurt: 30, descended: 20, tracesRead: 30, oneIn: 1 };
    const figure = reachFigure(counted);
    expect(figure.value).toBe(0.25);
    expect(figure.inputs).toBe(
      '30 with a receipt and 20 below them of 200 requests and messages, 25.0 %; 30 traces looked through',
    );
    expect(reachFigure({ ...counted, tracesRead: 0, hurt: 0, descended: 0 }).value).toBeNull();
    expect(reachFigure({ ...counted, requests: 0 }).value).toBeNull();
  });
});

it('a recovery says what it was held against', () => {
  const parts = {
    traffic: seconds(0, 40).map((at) => traffic(at)),
    queues: seconds(0, 40).map((at) => queued(at * 1000, 3)),
  };
  const { baseline, dwellMs } = compute(parts, [HURT], 40_000);
  expect(baseline).toMatchObject({
    ...{ from: T, to: T + 20_000, answers: { share: 1, calls: 200, perSecond: 10 } },
    queues: [{ queue: 'notifications', limit: 11, samples: 20 }],
  });
  expect(baseline?.answers.floor).toBeCloseTo(1 - 2.5 / 30, 10);
  expect(dwellMs).toBe(3_000);
});
