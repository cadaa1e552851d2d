import type { SagaEvent } from '@stormglass/agents/contract';
import type { Interval } from './intervals.ts';

/**
 * A saga which has run longer than this without ending is past its deadline, milliseconds. A step of the sample shop gives
 * up after 12 s, and undoing what came before it takes a few more.
 */
export const SAGA_DEADLINE_MS = 15_000;

/** One saga folded from its events; epoch ms. */
export interface SagaTimes {
  sagaId: string;
  startedAt: number;
  endedAt: number | null;
  outcome: string;
  /** When it said that it cannot go on by itself; null when it never did, or went on since. */
  stuckAt: number | null;
}

/** Sagas whose start lies in the events; of others neither age nor deadline is known. */
export function sagaTimes(events: SagaEvent[]): SagaTimes[] {
  const sagas = new Map<string, SagaTimes>();
  for (const event of [...events].sort((a, b) => a.at - b.at)) {
    const { sagaId, at } = event;
    const saga = sagas.get(sagaId);
    if (event.event === 'started') {
      if (saga === undefined) {
        sagas.set(sagaId, { sagaId, startedAt: at, endedAt: null, outcome: '', stuckAt: null });
      }
    } else if (saga !== undefined) {
      if (event.event === 'completed') {
        saga.endedAt = at;
        saga.outcome = event.outcome;
        saga.stuckAt = null;
      } else if (event.event === 'stuck') saga.stuckAt ??= at;
      else saga.stuckAt = null;
    }
  }
  return [...sagas.values()];
}

/** When this saga was late: from its deadline (or from being stuck, if earlier) to its end, or to `now`. */
export function lateInterval(saga: SagaTimes, now: number): Interval | null {
  const from = Math.min(saga.startedAt + SAGA_DEADLINE_MS, saga.stuckAt ?? Number.POSITIVE_INFINITY);
  const to = saga.endedAt ?? now;
  return from < to ? [from, to] : null;
}
