import type { Recovery, Run } from '@stormglass/chaos/contract';
import { reachFigure, reachRange, reachUnknown } from '@stormglass/chaos/recovery';
import type { Telemetry } from '../window/telemetry.ts';

/** A verdict waits no longer than this for one figure. */
const PATIENCE_MS = 5_000;

/** Completes a run that is about to end by the share of requests which its faults reached, counted in the traces. */
export function countReach(telemetry: Pick<Telemetry, 'reach'>): (run: Run) => Promise<Recovery | null> {
  return async ({ recovery, events }) => {
    const faultIds = events.flatMap((event) => (event.type === 'fault-armed' ? [event.faultId] : []));
    const last = events.at(-1);
    if (recovery === null || last === undefined || faultIds.length === 0) return null;
    const range = reachRange(recovery, last.at);
    if (range === null) return { ...recovery, reach: reachUnknown('no effect of the fault was seen') };
    try {
      const counted = await telemetry.reach(faultIds, range, AbortSignal.timeout(PATIENCE_MS));
      return { ...recovery, reach: reachFigure(counted) };
    } catch (error) {
      // A run is judged without it: the figure says why it is not there.
      const why = error instanceof Error ? error.message : String(error);
      return { ...recovery, reach: reachUnknown(`the store could not be asked: ${why}`) };
    }
  };
}
