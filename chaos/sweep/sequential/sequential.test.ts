import { describe, expect, it } from 'vitest';
import { shareBounds } from './share-bounds.ts';
import { TwoStreams } from './two-streams.ts';

const SIMULATIONS = 600;
const LENGTH = 200;
/** Three standard deviations of the simulation itself. */
const slack = (alpha: number, simulations = SIMULATIONS) =>
  3 * Math.sqrt((alpha * (1 - alpha)) / simulations);

/** Repeatable draws in [0, 1): mulberry32. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Evidence at which somebody who looks after every observation would have stopped at last, of each simulation. */
function mostEvidence(first: number, second: number): number[] {
  const draw = draws(11);
  return Array.from({ length: SIMULATIONS }, () => {
    const streams = new TwoStreams();
    for (let i = 0; i < LENGTH; i++) {
      streams.add('first', draw() < first);
      streams.add('second', draw() < second);
    }
    // It is the most there ever was.
    return streams.evidence;
  });
}

const everStopped = (evidence: readonly number[], alpha: number) =>
  evidence.filter((one) => one >= 1 / alpha).length / evidence.length;

describe('two streams', () => {
  it.each([
    [0, 0],
    [0.02, 0.02],
    [0.1, 0.1],
    [0.5, 0.5],
    [0.9, 0.9],
    // The first is the better one: that is no finding either.
    [0.1, 0.3],
  ])(
    'of shares %d and %d are called different at most as often as allowed, however often one looks',
    (a, b) => {
      const evidence = mostEvidence(a, b);
      for (const alpha of [0.0125, 0.05, 0.2]) {
        expect(everStopped(evidence, alpha)).toBeLessThanOrEqual(alpha + slack(alpha));
      }
    },
  );

  it('that differ are told apart', () => {
    expect(everStopped(mostEvidence(0.3, 0.05), 0.0125)).toBeGreaterThan(0.95);
    const streams = new TwoStreams();
    for (let i = 0; i < 6; i++) {
      streams.add('first', true);
      streams.add('second', false);
    }
    expect(streams.evidence).toBeGreaterThan(400);
  });

  it('wait for each other: what only one of them has seen is no evidence', () => {
    const streams = new TwoStreams();
    for (let i = 0; i < 1_000; i++) streams.add('first', true);
    expect(streams.evidence).toBe(1);
  });
});

describe('bounds of a share', () => {
  it('are those which can be computed by hand where nothing happened', () => {
    // (n + 1) (1 - p)^n = alpha.
    for (const n of [1, 20, 400]) {
      const [low, high] = shareBounds(0, n, 0.05);
      expect(low).toBe(0);
      expect(high).toBeCloseTo(Math.min(1, 1 - (0.05 / (n + 1)) ** (1 / n)), 6);
      const [mirroredLow, mirroredHigh] = shareBounds(n, n, 0.05);
      expect(mirroredLow).toBeCloseTo(1 - high, 6);
      expect(mirroredHigh).toBe(1);
    }
    expect(shareBounds(0, 0, 0.05)).toEqual([0, 1]);
  });

  it.each([0.01, 0.1, 0.5])('hold the true share %d at all times at once', (share) => {
    const alpha = 0.1;
    const draw = draws(12);
    let missed = 0;
    for (let run = 0; run < 250; run++) {
      let count = 0;
      for (let n = 1; n <= 100; n++) {
        count += Number(draw() < share);
        const [low, high] = shareBounds(count, n, alpha);
        if (share >= low && share <= high) continue;
        missed++;
        break;
      }
    }
    expect(missed / 250).toBeLessThanOrEqual(alpha + slack(alpha, 250));
  });
});
