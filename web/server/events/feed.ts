import type { DashboardEvent, EventType } from '@stormglass/chaos/contract';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';

/** What happened, in order; others read it from a cursor on or are told of each as it comes. */
export class EventFeed {
  readonly #state: State;
  readonly #time: Time;
  readonly #listeners = new Set<(event: DashboardEvent) => void>();

  constructor(state: State, time: Time) {
    this.#state = state;
    this.#time = time;
  }

  /** Told of each new event. */
  listen(listener: (event: DashboardEvent) => void): void {
    this.#listeners.add(listener);
  }

  add(type: EventType, subject: string, says: string, data: DashboardEvent['data'] = {}): void {
    const event = this.#state.events.add({ at: this.#time.now(), type, subject, says, data });
    for (const listener of this.#listeners) listener(event);
  }

  after(seq: number, limit: number): { events: DashboardEvent[]; cursor: number } {
    const events = this.#state.events.after(seq, limit);
    return { events, cursor: events.at(-1)?.seq ?? Math.max(seq, 0) };
  }
}
