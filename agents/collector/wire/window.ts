/**
 * Between which instants telemetry is taken. In units of 2^32 nanoseconds (4.3 s): so much of a time is read from the
 * wire in one step, and no more is needed to tell days apart.
 */
export interface TimeWindow {
  from: number;
  to: number;
}

const UNIT_MS = 2 ** 32 / 1e6;
const DAY_MS = 86_400_000;
/** Clocks go wrong by hours (a time zone) more often than by days. */
const AHEAD_DAYS = 1;

/** What is kept for `keepDays`, as seen from `nowMs`. Each day further out would be a partition of its own in every table. */
export function windowAt(nowMs: number, keepDays: number): TimeWindow {
  return {
    from: Math.max(0, Math.floor((nowMs - keepDays * DAY_MS) / UNIT_MS)),
    to: Math.ceil((nowMs + AHEAD_DAYS * DAY_MS) / UNIT_MS),
  };
}
