import type { QueueFlow } from '../collector.ts';

/** A line of BullMQ's event stream. Ids grow with time, but transactions may commit out of order. */
export interface StreamEvent {
  id: bigint;
  /** Milliseconds ago, by the broker's own clock. */
  ageMs: number;
  event: string;
  jobId: string;
  prev: string | null;
}

/** An event that commits later than this after it got its id is missed; transactions of BullMQ take milliseconds. */
const LATE_MS = 5_000;

/**
 * Counts each event of a queue once, although the last seconds are read again each time: a cursor which only went
 * forward would lose the event whose transaction commits after one with a higher id.
 */
export class EventCursor {
  #floor: bigint;
  readonly #seen = new Set<bigint>();

  /** `newest` is the highest id there is; counting begins after it. */
  constructor(newest: bigint) {
    this.#floor = newest;
  }

  /** Everything at or below is settled: ask for events above. */
  get floor(): bigint {
    return this.#floor;
  }

  /** Takes all events above the floor and gives back what is new among them. */
  take(events: readonly StreamEvent[]): QueueFlow {
    const fresh = events.filter((event) => !this.#seen.has(event.id));
    const flow = flowOf(fresh);
    for (const { id, ageMs } of events) {
      if (ageMs > LATE_MS && id > this.#floor) this.#floor = id;
      this.#seen.add(id);
    }
    for (const id of this.#seen) if (id <= this.#floor) this.#seen.delete(id);
    return flow;
  }
}

/** What has happened to messages, told by a queue's events in their order. */
export function flowOf(events: readonly Pick<StreamEvent, 'event' | 'jobId' | 'prev'>[]): QueueFlow {
  const flow: QueueFlow = { enqueued: 0, dequeued: 0, redelivered: 0, deadLettered: 0 };
  const unborn = new Set<string>();
  for (const { event, jobId, prev } of events) {
    switch (event) {
      case 'added':
        flow.enqueued++;
        unborn.add(jobId);
        break;
      case 'active':
        unborn.delete(jobId);
        break;
      case 'completed':
        flow.dequeued++;
        break;
      case 'retries-exhausted':
        flow.dequeued++;
        flow.deadLettered++;
        break;
      case 'delayed':
        // A message may be delayed from the start; once it was active it is because an attempt failed.
        if (!unborn.has(jobId)) flow.redelivered++;
        break;
      case 'waiting':
        if (prev === 'active') flow.redelivered++;
        break;
    }
  }
  return flow;
}
