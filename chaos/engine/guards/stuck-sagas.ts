import { SAGA_DEADLINE_MS, sagaTimes } from '../../recovery/index.ts';
import type { GuardMoment, GuardReading } from './reading.ts';

/** Sagas that began since the first fault, or shortly before, and cannot go on or are past their deadline now. */
export function readStuckSagas({ timeline, at, since }: GuardMoment): GuardReading {
  const stuck = sagaTimes(timeline.sagas).filter((saga) => {
    if (saga.endedAt !== null || saga.startedAt < since - SAGA_DEADLINE_MS) return false;
    return saga.stuckAt !== null || saga.startedAt + SAGA_DEADLINE_MS <= at;
  });
  const detail = `${stuck.length} sagas are stuck or past ${SAGA_DEADLINE_MS / 1000} s`;
  return { value: stuck.length, detail };
}
