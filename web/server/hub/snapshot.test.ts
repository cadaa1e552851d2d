import { emptyTimeline, type QueueSample, type SagaEvent } from '@stormglass/agents/contract';
import { expect, test } from 'vitest';
import { shapeSnapshot } from './snapshot.ts';

const NOW = 1_800_000_000_000;
const sample = (at: number) =>
  ({ at, system: 's', queue: 'q', enqueued: 1, dequeued: 0, redelivered: 0 }) as QueueSample;
const event = (at: number, name: string) => ({ at, event: name, sagaId: 's' }) as SagaEvent;

test('a snapshot keeps the last two minutes whole, and of older ones the outcomes and sums', () => {
  const old = NOW - 600_000;
  const shaped = shapeSnapshot(
    {
      ...emptyTimeline(),
      queues: [
        ...Array.from({ length: 10 }, (_, i) => sample(old + i * 1000)),
        sample(NOW - 1000),
        sample(NOW),
      ],
      sagas: [event(old, 'step_intent'), event(old, 'completed'), event(NOW, 'step_intent')],
    },
    NOW,
  );
  expect(shaped.queues.map((q) => q.enqueued)).toEqual([5, 5, 1, 1]);
  expect(shaped.sagas.map((s) => s.event)).toEqual(['completed', 'step_intent']);
});
