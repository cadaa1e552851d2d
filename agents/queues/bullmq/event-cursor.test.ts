import { expect, test } from 'vitest';
import { EventCursor, type StreamEvent } from './event-cursor.ts';

const event = (id: number, name: string, extra: Partial<StreamEvent> = {}): StreamEvent => ({
  id: BigInt(id),
  ageMs: 0,
  event: name,
  jobId: 'j',
  prev: null,
  ...extra,
});

test('an event is counted once, although it is read again', () => {
  const cursor = new EventCursor(0n);
  expect(cursor.take([event(1, 'added')]).enqueued).toBe(1);
  expect(cursor.take([event(1, 'added'), event(2, 'added')]).enqueued).toBe(1);
});

test('an event that commits after one with a higher id is counted too', () => {
  const cursor = new EventCursor(0n);
  cursor.take([event(5, 'added')]);
  expect(cursor.floor).toBe(0n);
  expect(cursor.take([event(3, 'added'), event(5, 'added')]).enqueued).toBe(1);
});

test('what is old is settled and not asked for again', () => {
  const cursor = new EventCursor(0n);
  cursor.take([event(1, 'added'), event(2, 'added')]);
  cursor.take([event(1, 'added', { ageMs: 6_000 }), event(2, 'added', { ageMs: 5_500 })]);
  expect(cursor.floor).toBe(2n);
});

test('a failed attempt is a redelivery, the last one a dead letter, a message born delayed is neither', () => {
  const cursor = new EventCursor(0n);
  const life = ['added', 'waiting', 'active', 'delayed', 'waiting', 'active', 'failed', 'retries-exhausted'];
  expect(cursor.take(life.map((name, i) => event(i + 1, name)))).toEqual({
    enqueued: 1,
    dequeued: 1,
    redelivered: 1,
    deadLettered: 1,
  });
  expect(cursor.take([event(20, 'added'), event(21, 'delayed')])).toMatchObject({ redelivered: 0 });
});
