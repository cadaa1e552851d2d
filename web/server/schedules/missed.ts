import { randomUUID } from 'node:crypto';
import type { Schedule, ScheduledStart } from '@stormglass/chaos/contract';
import { dueBetween } from '@stormglass/chaos/schedule';

/** More are only said to be more. */
const COUNTED = 1_000;

/** The starts of a schedule which nobody was there to begin, as one line of its history; null when there was none. */
export function missedStarts(schedule: Schedule, now: number, because: string): ScheduledStart | null {
  const { due, more } = dueBetween(schedule, schedule.doneUntil, now, COUNTED);
  const first = due[0];
  const last = due.at(-1);
  if (first === undefined || last === undefined) return null;
  const span =
    due.length === 1 ? 'one start was missed' : `${due.length}${more ? ' and more' : ''} starts were missed`;
  const when = due.length === 1 ? '' : `, the first at ${new Date(first).toISOString()}`;
  return {
    id: randomUUID(),
    scheduleId: schedule.id,
    dueAt: last,
    at: now,
    outcome: 'missed',
    why: `${span}${when}: ${because}. None of them is caught up with.`,
    runId: null,
  };
}
