/**
 * Telemetry of a second needs this long to arrive (agents flush each 50 ms, the collector each 50 ms, plus its fsync):
 * until then the second counts as unfinished and is left out of every figure.
 */
export const SETTLE_MS = 300;

/** The newest second (epoch seconds) whose telemetry is complete at `now` (epoch ms). */
export function lastFinishedSecond(now: number): number {
  return Math.floor((now - SETTLE_MS) / 1000) - 1;
}
