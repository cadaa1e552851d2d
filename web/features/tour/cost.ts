import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import { breakerId, breakersAt, cellsBetween, entrances } from '../../live/figures.ts';

/** What a fault did, over the time from its arming until it was over. */
export interface Cost {
  /** Calls that carry its mark. */
  hit: number;
  /** Answers to customers: all, and those that failed. */
  answers: number;
  failed: number;
  /** Sagas that ended: all, and those that did not get what they wanted. */
  sagas: number;
  undone: number;
  /** Breakers that opened, as `orders/payments`. */
  opened: string[];
  /** Those that have not closed again. */
  stillOpen: string[];
  /** Epoch ms: the fault has ended and every breaker is closed again; null while it is not over. */
  overAt: number | null;
}

/** What is counted after the end: retries and compensations come late, ms. */
const AFTERMATH_MS = 15_000;

/** The price of a fault, as the live window knows it. */
export function costOf(timeline: Timeline, fault: FaultInterval, now: number): Cost {
  const from = fault.armedAt;
  const to = Math.min(now, (fault.endedAt ?? now) + AFTERMATH_MS);
  const opened = [
    ...new Set(
      timeline.transitions.filter((t) => t.to === 'open' && t.at >= from && t.at <= to).map(breakerId),
    ),
  ].sort();
  const states = breakersAt(timeline, now);
  const stillOpen = opened.filter((id) => (states.get(id)?.state ?? 'closed') !== 'closed');
  const ends = timeline.sagas.filter((e) => e.event === 'completed' && e.at >= from && e.at < to);
  return {
    hit: fault.injections,
    ...answersOf(timeline, from, to),
    sagas: ends.length,
    undone: ends.filter((e) => e.outcome !== 'confirmed' && e.outcome !== 'returned').length,
    opened,
    stillOpen,
    overAt: fault.endedAt === null || stillOpen.length > 0 ? null : overAt(timeline, fault.endedAt, opened),
  };
}

function answersOf(timeline: Timeline, from: number, to: number): { answers: number; failed: number } {
  const doors = entrances(timeline.traffic);
  const sum = { answers: 0, failed: 0 };
  for (const cell of cellsBetween(timeline, from, to)) {
    if (cell.kind !== 'server' || !doors.has(cell.service)) continue;
    sum.answers += cell.calls;
    sum.failed += cell.errors;
  }
  return sum;
}

function overAt(timeline: Timeline, endedAt: number, opened: readonly string[]): number {
  const closings = timeline.transitions
    .filter((t) => t.to === 'closed' && opened.includes(breakerId(t)))
    .map((t) => t.at);
  return Math.max(endedAt, ...closings);
}
