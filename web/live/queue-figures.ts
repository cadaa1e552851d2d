import type { QueueSample, Timeline } from '@stormglass/agents/contract';
import { groupBy, upTo } from './instants.ts';

export interface QueueView extends QueueSample {
  /** Messages per second over the window. */
  inRate: number;
  outRate: number;
  /** The deepest it was up to `at`: ready and delayed. */
  recentMax: number;
  /** Seconds until it is empty at the present rates; null when it does not drain, 0 when it is empty. */
  drainSeconds: number | null;
  ageMs: number;
}

function queueView(rows: QueueSample[], at: number, windowSeconds: number): QueueView | null {
  const last = rows.at(-1);
  if (!last) return null;
  const recent = rows.filter((row) => row.at > at - windowSeconds * 1000);
  const firstAt = rows[rows.length - recent.length - 1]?.at ?? recent[0]?.at ?? last.at;
  const seconds = Math.max(1, (last.at - firstAt) / 1000);
  const sum = (of: (row: QueueSample) => number) => recent.reduce((total, row) => total + of(row), 0);
  const inRate = sum((row) => row.enqueued) / seconds;
  const outRate = sum((row) => row.dequeued) / seconds;
  const waiting = last.ready + last.delayed;
  const net = outRate - inRate;
  return {
    ...last,
    inRate,
    outRate,
    recentMax: rows.reduce((max, row) => Math.max(max, row.ready + row.delayed), 0),
    drainSeconds: waiting === 0 ? 0 : net > 0.05 ? waiting / net : null,
    ageMs: Math.max(0, at - last.at),
  };
}

/** Each queue as of an instant, by its name. */
export function queuesAt(timeline: Timeline, at: number, windowSeconds: number): Map<string, QueueView> {
  const out = new Map<string, QueueView>();
  for (const [queue, rows] of groupBy(upTo(timeline.queues, at), (row) => row.queue)) {
    const view = queueView(rows, at, windowSeconds);
    if (view) out.set(queue, view);
  }
  return out;
}
