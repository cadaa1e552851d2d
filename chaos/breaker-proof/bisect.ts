import { StormglassError } from '@stormglass/agents/contract';
import type { TripCurve, TripPoint, TripTrial } from '../contract/index.ts';
import { isOver, type Limits } from './watched.ts';

/** What became of it; `spoiled`: the calls did not all lie in one window, so nothing was learned. */
export type TripOutcome =
  | { is: 'open'; calls: number; failures: number }
  | { is: 'closed' }
  | { is: 'spoiled'; why: string };

/** A trial is spoiled when the machine is slow for a moment; so often in a row it is too slow for such a window. */
const MOST_ATTEMPTS = 5;

/** A real breaker with nobody else's calls on it, and the means to hurt it. */
export interface TripRig {
  /** Closes it and waits until its window is empty. */
  fresh(): Promise<void>;
  /** So many calls that succeed, one after the other. */
  good(calls: number): Promise<void>;
  /** So many calls that fail, one after the other, by a real fault. */
  bad(calls: number): Promise<void>;
  /** Whether it has opened since `fresh`, and what its own window then held. */
  outcome(): Promise<TripOutcome>;
}

/**
 * How many of so many calls must fail before it opens. The good ones go first: then the share of failures only rises, and
 * whether it opens depends on the last call alone.
 */
export function configuredTrip(limits: Limits, calls: number): number | null {
  for (let failures = 1; failures <= calls; failures++) {
    if (isOver(limits, calls, failures)) return failures;
  }
  return null;
}

async function trial(
  rig: TripRig,
  calls: number,
  failures: number,
): Promise<Exclude<TripOutcome, { is: 'spoiled' }>> {
  let why = '';
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    await rig.fresh();
    await rig.good(calls - failures);
    await rig.bad(failures);
    const outcome = await rig.outcome();
    if (outcome.is !== 'spoiled') return outcome;
    why = outcome.why;
  }
  throw new StormglassError(
    'timeout',
    `${MOST_ATTEMPTS} trials of ${calls} calls were spoiled: ${why}`,
    'Try on a quieter machine, or with a longer window.',
  );
}

/** Finds by bisection where it really opens: about log2(calls) trials. */
async function tripPoint(rig: TripRig, limits: Limits, calls: number): Promise<TripPoint> {
  const trials: TripTrial[] = [];
  const opens = async (failures: number): Promise<boolean> => {
    const seen = await trial(rig, calls, failures);
    const opened = seen.is === 'open';
    trials.push({
      ...{ failures, opened, windowCalls: opened ? seen.calls : null },
      windowFailures: opened ? seen.failures : null,
    });
    return opened;
  };
  const configured = configuredTrip(limits, calls);
  if (!(await opens(calls))) return { calls, configured, real: null, trials };
  let closed = 0;
  let open = calls;
  while (open - closed > 1) {
    const middle = Math.floor((closed + open) / 2);
    if (await opens(middle)) open = middle;
    else closed = middle;
  }
  return { calls, configured, real: open, trials };
}

/** The real trip curve beside the configured one, over windows of so many calls each. */
export async function bisectTripCurve(
  rig: TripRig,
  breaker: Limits & { service: string; name: string },
  windows: readonly number[],
  onPoint: (point: TripPoint) => void = () => undefined,
): Promise<TripCurve> {
  const points: TripPoint[] = [];
  for (const calls of windows) {
    const point = await tripPoint(rig, breaker, calls);
    points.push(point);
    onPoint(point);
  }
  const { service, name, threshold, volume } = breaker;
  const agrees = points.every(({ configured, real }) => configured === real);
  return { service, name, threshold, volume, points, agrees };
}

/** Windows worth a look: just below the fewest calls, at them, and above. */
export function windowsAround(volume: number, whole: boolean): number[] {
  const few = [volume - 1, volume, 2 * volume];
  const more = [1, volume - 2, volume + 1, volume + 3, Math.round(1.5 * volume), 3 * volume, 4 * volume];
  const all = whole ? [...few, ...more] : few;
  return [...new Set(all)].filter((calls) => calls > 0).sort((a, b) => a - b);
}
