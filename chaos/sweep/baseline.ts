import type { Journey } from '@stormglass/agents/contract';
import type { SweepPorts } from './ports.ts';

/** Of so much time before the first fault the journeys say what is usual; of less than that little is not enough. */
const LONGEST_MS = 60_000;
const LEAST_MS = 10_000;
/** What an earlier fault broke needs a moment. */
const AFTER_MS = 3_000;
/** An invariant that was violated so recently may be again, whatever a cell does. */
const SHAKY_MS = 300_000;

/** What is usual before anything is hurt. */
export interface Baseline {
  journeys: readonly Journey[];
  /** Invariants that were violated lately: nothing is concluded from them. */
  shaky: ReadonlySet<string>;
}

/** `quietSince` is when the last fault ended, epoch milliseconds. Waits until there is some quiet time after it. */
export async function baseline(
  { journeys, invariants, clock }: SweepPorts,
  quietSince: number,
  signal: AbortSignal,
): Promise<Baseline> {
  const quiet = quietSince + AFTER_MS;
  const missing = quiet + LEAST_MS - clock.now();
  if (missing > 0) await clock.sleep(missing, signal);
  signal.throwIfAborted();
  const to = clock.now();
  const [usual, { violations }] = await Promise.all([
    journeys({ from: Math.max(quiet, to - LONGEST_MS), to }, signal),
    invariants({ from: to - SHAKY_MS, to }, signal),
  ]);
  return { journeys: usual, shaky: new Set(violations.map(({ id }) => id)) };
}
