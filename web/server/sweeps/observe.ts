import { StormglassError } from '@stormglass/agents/contract';
import type { Observed } from '@stormglass/chaos/sweep';
import type { Telemetry } from '../window/telemetry.ts';

/** A map of the last minutes is the one that will be hurt. */
const OBSERVED_MS = 300_000;
/** What is newer may not be stored yet. */
const SETTLED_MS = 2_000;

/** What is there to be hurt: the map of the last minutes, from the first journey in them on. */
export async function observe(
  telemetry: Pick<Telemetry, 'serviceMap' | 'journeyPaths' | 'journeys'>,
  now: number,
  signal: AbortSignal,
): Promise<Observed> {
  const range = { from: now - OBSERVED_MS, to: now - SETTLED_MS };
  const [map, paths, journeys] = await Promise.all([
    telemetry.serviceMap(range, signal),
    telemetry.journeyPaths(range, signal),
    telemetry.journeys(range, signal),
  ]);
  const [first] = journeys;
  if (first === undefined) {
    throw new StormglassError(
      'not_found',
      'no journey was seen in the last five minutes, so there is no map to sweep',
      'Send some traffic through the system, then ask again.',
    );
  }
  // A system that has just begun would look slower than it is.
  return { from: Math.min(first.startMs, range.to - 1_000), to: range.to, map, paths };
}
