import { describe, expect, it } from 'vitest';
import { bisectTripCurve, configuredTrip, type TripOutcome, type TripRig, windowsAround } from './index.ts';

const LIMITS = { threshold: 0.5, volume: 10, service: 'orders', name: 'payments' };

/** A breaker as its specification has it, or a little off: looks at its window whenever a call fails. */
class HandBreaker implements TripRig {
  calls = 0;
  failures = 0;
  opened = false;
  trials = 0;
  /** So many trials learn nothing. */
  spoil = 0;
  readonly #limits: { threshold: number; volume: number };

  constructor(limits: { threshold: number; volume: number }) {
    this.#limits = limits;
  }

  async fresh(): Promise<void> {
    Object.assign(this, { calls: 0, failures: 0, opened: false });
    this.trials++;
  }

  async good(calls: number): Promise<void> {
    this.calls += calls;
  }

  async bad(calls: number): Promise<void> {
    for (let i = 0; i < calls && !this.opened; i++) {
      this.calls++;
      this.failures++;
      const { threshold, volume } = this.#limits;
      this.opened = this.calls >= volume && this.failures / this.calls > threshold;
    }
  }

  async outcome(): Promise<TripOutcome> {
    if (this.spoil > 0) {
      this.spoil--;
      return { is: 'spoiled', why: 'slow' };
    }
    return this.opened ? { is: 'open', calls: this.calls, failures: this.failures } : { is: 'closed' };
  }
}

describe('the configured trip', () => {
  it('is the fewest failures above the threshold, from the fewest calls on', () => {
    const trips = [9, 10, 11, 20].map((calls) => configuredTrip(LIMITS, calls));
    expect(trips).toEqual([null, 6, 6, 11]);
    expect(configuredTrip({ threshold: 0.6, volume: 5 }, 5)).toBe(4);
    expect(configuredTrip({ threshold: 1, volume: 5 }, 50)).toBeNull();
  });
});

describe('the bisection', () => {
  it('finds the configured curve on a breaker that keeps it, in few trials', async () => {
    const rig = new HandBreaker(LIMITS);
    const curve = await bisectTripCurve(rig, LIMITS, windowsAround(10, true));
    expect(curve.agrees).toBe(true);
    expect(curve.points.map(({ calls, real }) => [calls, real])).toEqual([
      [1, null],
      [8, null],
      [9, null],
      [10, 6],
      [11, 6],
      [13, 7],
      [15, 8],
      [20, 11],
      [30, 16],
      [40, 21],
    ]);
    expect(rig.trials).toBeLessThan(45);
    const trip = curve.points[3]?.trials.find(({ failures }) => failures === 6);
    expect(trip).toEqual({ failures: 6, opened: true, windowCalls: 10, windowFailures: 6 });
  });

  it('draws the real curve of one that does something else', async () => {
    const early = await bisectTripCurve(new HandBreaker({ threshold: 0.3, volume: 10 }), LIMITS, [9, 10, 20]);
    expect(early.agrees).toBe(false);
    expect(early.points.map(({ configured, real }) => [configured, real])).toEqual([
      [null, null],
      [6, 4],
      [11, 7],
    ]);
    const hasty = await bisectTripCurve(new HandBreaker({ threshold: 0.5, volume: 1 }), LIMITS, [9]);
    expect(hasty.points[0]).toMatchObject({ configured: null, real: 5 });
  });
});

describe('a trial that was spoiled', () => {
  it('is made again', async () => {
    const rig = new HandBreaker(LIMITS);
    rig.spoil = 4;
    expect((await bisectTripCurve(rig, LIMITS, [10])).agrees).toBe(true);
  });

  it('ends the bisection when nothing is learned again and again', async () => {
    const rig = new HandBreaker(LIMITS);
    rig.spoil = 5;
    await expect(bisectTripCurve(rig, LIMITS, [10])).rejects.toMatchObject({ code: 'timeout' });
  });
});

it('the windows of a small look are those around the fewest calls', () => {
  expect(windowsAround(4, false)).toEqual([3, 4, 8]);
  expect(windowsAround(1, false)).toEqual([1, 2]);
});
