import { assertNever } from '@stormglass/agents/contract';
import type { Guard } from '../../contract/index.ts';
import { evaluateSliNow } from '../../probes/index.ts';
import { readBlast } from './blast.ts';
import { readBurn } from './burn.ts';
import { readOpenBreakers } from './open-breakers.ts';
import { readQueueDepth } from './queue.ts';
import type { GuardMoment, GuardReading } from './reading.ts';
import { readStuckSagas } from './stuck-sagas.ts';

/** What a guard sees now, the unfinished second included. */
export function readGuard({ query, watch }: Guard, moment: GuardMoment): GuardReading {
  if (query !== undefined) return evaluateSliNow(query, moment.timeline, moment.at);
  switch (watch?.type) {
    case undefined:
      return { value: null, detail: 'watches nothing' };
    case 'queue':
      return readQueueDepth(watch, moment);
    case 'stuck_sagas':
      return readStuckSagas(moment);
    case 'open_breakers':
      return readOpenBreakers(watch, moment);
    case 'burn':
      return readBurn(watch, moment);
    case 'blast':
      return readBlast(watch.of, moment);
    default:
      return assertNever(watch);
  }
}

/** Milliseconds that the guard of a service level looks back, with the second that has begun. */
const shortMs = (window: number): number => (window + 2) * 1000;
/** A breaker or a queue that has said nothing for so long is not known any more. */
const SAMPLES_MS = 12_000;

/** From when on a guard needs the timeline, so that a batch costs no more than it must. */
export function guardNeeds({ query, watch }: Guard, moment: Omit<GuardMoment, 'timeline'>): number {
  if (query !== undefined) return moment.at - shortMs(query.window);
  switch (watch?.type) {
    case undefined:
    case 'queue':
      return moment.at - SAMPLES_MS;
    case 'burn':
      return moment.at - shortMs(watch.query.window);
    case 'open_breakers':
      return Math.min(moment.at - SAMPLES_MS, moment.since);
    case 'stuck_sagas':
      return moment.baselineFrom;
    case 'blast':
      return watch.of === 'services' ? moment.baselineFrom : moment.since - 1000;
    default:
      return assertNever(watch);
  }
}
