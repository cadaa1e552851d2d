import type { Timeline } from '@stormglass/agents/contract';
import type { FigurePoint, Recovery } from '../contract/index.ts';
import { count, known, withPoints } from './figure.ts';
import { lateInterval, SAGA_DEADLINE_MS, sagaTimes } from './saga-times.ts';

/** Outcomes between the first arming and recovery; active and stuck as they were at its end. */
export function sagaFigures(
  timeline: Timeline,
  range: { from: number; to: number },
): Pick<Recovery, 'sagas' | 'sagaFigures'> {
  const ended = (outcome: string): FigurePoint[] =>
    timeline.sagas
      .filter((event) => event.event === 'completed' && event.outcome === outcome)
      .filter(({ at }) => at >= range.from && at <= range.to)
      .map(({ at, sagaId }) => ({ at, value: 1, what: sagaId }));
  const active = sagaTimes(timeline.sagas).filter(
    (saga) => saga.startedAt <= range.to && (saga.endedAt === null || saga.endedAt > range.to),
  );
  const stuck = active.flatMap((saga): FigurePoint[] => {
    const late = lateInterval(saga, range.to);
    // One that was late before the first fault is none of its doing.
    return late === null || late[0] < range.from ? [] : [{ at: late[0], value: 1, what: saga.sagaId }];
  });
  const confirmed = ended('confirmed');
  const compensated = ended('compensated');
  const figure = (points: FigurePoint[], formula: string, of: string) =>
    withPoints(known(points.length, 'sagas', formula, `${count(points.length, 'saga')} ${of}`), points);
  return {
    sagas: {
      ...{ confirmed: confirmed.length, compensated: compensated.length },
      ...{ stuck: stuck.length, active: active.length },
    },
    sagaFigures: {
      confirmed: figure(confirmed, 'sagas that ended confirmed, arming to t4', 'confirmed'),
      compensated: figure(compensated, 'sagas that ended compensated, arming to t4', 'undone'),
      stuck: figure(
        stuck,
        `sagas under way at t4 that said so or are older than ${SAGA_DEADLINE_MS / 1000} s`,
        `stuck of ${active.length} under way`,
      ),
    },
  };
}
