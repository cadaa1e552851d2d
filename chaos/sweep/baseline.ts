import type { Journey } from '@stormglass/agents/contract';
import type { SweepPorts } from './ports.ts';

/** Of so much time before the first fault the journeys say what is usual; of less than that little is not enough. */
const LONGEST_MS = 60_000;
const LEAST_MS = 10_000;
/** What an earlier fault broke needs a moment. */
const AFTER_MS = 3_000;

/** Undisturbed journeys; `quietSince` is when the last fault ended, epoch milliseconds. Waits until there are some. */
export async function baseline(
  { journeys, clock }: SweepPorts,
  quietSince: number,
  signal: AbortSignal,
): Promise<Journey[]> {
  const quiet = quietSince + AFTER_MS;
  const missing = quiet + LEAST_MS - clock.now();
  if (missing > 0) await clock.sleep(missing, signal);
  signal.throwIfAborted();
  const to = clock.now();
  return journeys({ from: Math.max(quiet, to - LONGEST_MS), to }, signal);
}
