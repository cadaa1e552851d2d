import { countAbove } from '@stormglass/agents/contract';
import type { Difference } from '../contract/index.ts';
import { type Block, commonP95, counted, logSum } from './blocks.ts';
import { ratioOf, type Tested, welch } from './ratio-test.ts';

/** Calls which each run must have before a share or a duration is compared. */
export const FEWEST_CALLS = 20;
/** Durations lie in buckets of this width, in logarithms (see sketch.ts): a smaller difference is none. */
const BUCKET = Math.LN2 / 8;

/** A test before the correction for all of them. */
export type Test = Omit<Difference, 'adjusted' | 'mark'>;

/** Chance alone, of a share; one added on either side keeps 0 and 1 from being certain. */
const ofShare = (x: number, n: number): number => {
  const p = (x + 1) / (n + 2);
  return (p * (1 - p)) / n;
};
/** Chance alone, of calls that come independently. */
const ofRate = (x: number, seconds: number): number => (x + 1) / (seconds * seconds);
const ofDuration = (): number => (BUCKET * BUCKET) / 12;

type Side = readonly Block[];
const total = (blocks: Side): number => blocks.reduce((sum, { calls }) => sum + calls, 0);

/** Every figure of one edge or operation that can be tested. */
export function testsOf(a: Side, b: Side, seconds: { a: number; b: number }): Test[] {
  const found = [rateTest(a, b, seconds)];
  if (Math.min(total(a), total(b)) >= FEWEST_CALLS) {
    found.push(errorTest(a, b), durationTest(a, b), slowTest(a, b));
  }
  return found.filter((test) => test !== null);
}

function rateTest(a: Side, b: Side, seconds: { a: number; b: number }): Test | null {
  const ratio = (blocks: Side, length: number) =>
    ratioOf(
      blocks.map(({ calls }) => ({ x: calls, n: length })),
      ofRate,
    );
  return tested('rate', ratio(a, seconds.a), ratio(b, seconds.b));
}

function errorTest(a: Side, b: Side): Test | null {
  const ratio = (blocks: Side) =>
    ratioOf(
      blocks.map(({ calls, errors }) => ({ x: errors, n: calls })),
      ofShare,
    );
  return tested('errors', ratio(a), ratio(b));
}

/** Tested in logarithms, where a factor is a difference. */
function durationTest(a: Side, b: Side): Test | null {
  const ratio = (blocks: Side) =>
    ratioOf(
      blocks.map(({ durations }) => ({ x: logSum(durations), n: counted(durations) })),
      ofDuration,
    );
  const test = tested('duration', ratio(a), ratio(b));
  if (test === null) return null;
  const [low, high] = test.interval;
  return {
    ...test,
    ...{ a: Math.exp(test.a), b: Math.exp(test.b), change: Math.exp(test.change) },
    interval: [Math.exp(low), Math.exp(high)],
  };
}

/** The mean hides a tail: a fault that hits one call in twenty is seen here. */
function slowTest(a: Side, b: Side): Test | null {
  const limit = commonP95([...a, ...b]);
  if (limit === null) return null;
  const ratio = (blocks: Side) =>
    ratioOf(
      blocks.map(({ durations }) => ({ x: countAbove(durations, limit), n: counted(durations) })),
      ofShare,
    );
  return tested('slow', ratio(a), ratio(b));
}

function tested(
  figure: Test['figure'],
  a: ReturnType<typeof ratioOf>,
  b: ReturnType<typeof ratioOf>,
): Test | null {
  if (a === null || b === null) return null;
  const { change, interval, p }: Tested = welch(a, b);
  return { figure, a: a.value, b: b.value, change, interval, p };
}
