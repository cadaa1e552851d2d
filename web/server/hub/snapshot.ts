import type { SagaEvent, Timeline } from '@stormglass/agents/contract';
import { thin } from '../window/thin.ts';

/** Everything of this last stretch is in a snapshot; of what is older, only what the strip and the charts draw. */
const WHOLE_MS = 120_000;
const OLDER_STEP_S = 5;
const OLDER_SAGA_EVENTS: ReadonlySet<string> = new Set(['completed', 'stuck', 'compensation_started']);

/**
 * Makes a snapshot light: a quarter of an hour at 10 orders per second is 90,000 saga events, of which a page draws the
 * outcomes. Breaker and queue samples older than two minutes become one in 5 s, with counts added. Traffic stays whole.
 */
export function shapeSnapshot(timeline: Timeline, now: number): Timeline {
  const since = now - WHOLE_MS;
  const recent = <T extends { at: number }>(items: readonly T[]) => items.filter((item) => item.at >= since);
  const older = thin(
    {
      ...timeline,
      breakers: timeline.breakers.filter((sample) => sample.at < since),
      queues: timeline.queues.filter((sample) => sample.at < since),
    },
    OLDER_STEP_S,
  );
  return {
    ...timeline,
    breakers: [...older.breakers, ...recent(timeline.breakers)],
    queues: [...older.queues, ...recent(timeline.queues)],
    sagas: timeline.sagas.filter(
      (event: SagaEvent) => event.at >= since || OLDER_SAGA_EVENTS.has(event.event),
    ),
  };
}
