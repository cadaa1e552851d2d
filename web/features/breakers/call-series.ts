import type { BreakerCell, BreakerSecond } from './model.ts';

/** Calls per second through a breaker, one value per x (epoch ms). */
export interface CallSeries {
  xs: number[];
  answered: number[];
  failed: number[];
  turnedAway: number[];
}

/** Calls in [from, to], epoch ms; samples further apart than a second stand for all seconds since the one before. */
export function callSeries({ seconds }: Pick<BreakerCell, 'seconds'>, from: number, to: number): CallSeries {
  const known = seconds.filter(({ second }) => second * 1000 >= from - 1000 && second * 1000 <= to);
  const gaps = known
    .map(({ second }, i) => second - (known[i - 1]?.second ?? second - 1))
    .filter((gap) => gap > 0);
  // The usual distance: a silence is no sample that covers it.
  const step = Math.max(1, gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 1);
  const perSecond = (of: (s: BreakerSecond) => number) => known.map((s) => of(s) / step);
  return {
    xs: known.map(({ second }) => second * 1000),
    answered: perSecond((s) => s.answered),
    failed: perSecond((s) => s.failed),
    turnedAway: perSecond((s) => s.turnedAway),
  };
}
