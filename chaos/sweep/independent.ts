import type { JourneyKind, SweepCell } from '../contract/index.ts';
import { placeKey } from './observed.ts';

type Placed = Pick<SweepCell, 'journeys' | 'places' | 'control'>;

/**
 * Two cells may run at once: no journey judges both, and theirs pass no call, queue, database or service that is the
 * same. Only the service that journeys come in by may be: it is on all of them. What hurts everybody runs alone.
 */
export function independent(a: Placed, b: Placed): boolean {
  if (a.control === 'before' || b.control === 'before') return false;
  const kind = ({ service, operation }: JourneyKind) => `${service}|${operation}`;
  const kinds = new Set(a.journeys.map(kind));
  if (b.journeys.some((journey) => kinds.has(kind(journey)))) return false;
  const doors = new Set([...a.journeys, ...b.journeys].map(({ service }) => `server|${service}|`));
  const places = new Set(a.places.map(placeKey).filter((key) => !doors.has(key)));
  return !b.places.some((place) => places.has(placeKey(place)));
}

/** The next of `waiting`, in their order, that may run beside all of `running`. */
export function nextBeside<T extends Placed>(
  waiting: readonly T[],
  running: readonly Placed[],
  parallel: number,
): T | null {
  if (running.length >= parallel) return null;
  return waiting.find((cell) => running.every((other) => independent(cell, other))) ?? null;
}

/** How many cells, from the first on, can be run in so many rounds. */
export function fitting(cells: readonly Placed[], rounds: number, parallel: number): number {
  let waiting = [...cells];
  for (let round = 0; round < rounds && waiting.length > 0; round++) {
    const running: Placed[] = [];
    for (;;) {
      const next = nextBeside(waiting, running, parallel);
      if (next === null) break;
      running.push(next);
      waiting = waiting.filter((cell) => cell !== next);
    }
  }
  return cells.length - waiting.length;
}
