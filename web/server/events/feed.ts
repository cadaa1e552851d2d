import type { DashboardEvent, EventType } from '@stormglass/chaos/contract';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';

/** So many of the newest are kept at hand for those who watch. */
const RECENT = 30;

/** What happened, in order; others read it from a cursor on or are told of each as it comes. */
export class EventFeed {
  readonly #state: State;
  readonly #time: Time;
  #recent: readonly DashboardEvent[];
  readonly #listeners = new Set<(event: DashboardEvent) => void>();

  constructor(state: State, time: Time) {
    this.#state = state;
    this.#time = time;
    const newest = state.events.newest();
    this.#recent = state.events.after(newest - RECENT, RECENT).toReversed();
  }

  /** Told of each new event. */
  listen(listener: (event: DashboardEvent) => void): void {
    this.#listeners.add(listener);
  }

  add(type: EventType, subject: string, says: string, data: DashboardEvent['data'] = {}): void {
    const event = this.#state.events.add({ at: this.#time.now(), type, subject, says, data });
    this.#recent = [event, ...this.#recent].slice(0, RECENT);
    for (const listener of this.#listeners) listener(event);
  }

  /** Newest first. */
  get recent(): DashboardEvent[] {
    return [...this.#recent];
  }

  after(seq: number, limit: number): { events: DashboardEvent[]; cursor: number } {
    const events = this.#state.events.after(seq, limit);
    return { events, cursor: events.at(-1)?.seq ?? Math.max(seq, 0) };
  }
}
