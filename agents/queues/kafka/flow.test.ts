import { expect, test } from 'vitest';
import { FlowMeter } from './flow.ts';
import { topicLag } from './lag.ts';

/** A topic of one partition. */
const topic = (written: number, done: number) =>
  topicLag(
    'q',
    [{ topic: 'q', partitions: [{ partition: 0, offset: String(done), metadata: null }] }],
    [{ partition: 0, offset: String(written), low: '0', high: String(written) }],
  );
const nothing = { enqueued: 0, dequeued: 0, redelivered: 0, deadLettered: 0 };

test('what lay there before the first reading has not happened under its eyes', () => {
  const flow = new FlowMeter();
  expect(flow.read({ main: topic(100, 90), retries: [topic(8, 8)], dead: topic(3, 0) })).toEqual(nothing);
  expect(flow.read({ main: topic(105, 92), retries: [topic(8, 8)], dead: topic(3, 0) })).toEqual({
    ...nothing,
    enqueued: 5,
    dequeued: 2,
  });
});

test('of a queue that was seen to come into being everything is counted', () => {
  const flow = new FlowMeter();
  flow.fromNothing();
  expect(flow.read({ main: topic(4, 3), retries: [], dead: undefined })).toEqual({
    ...nothing,
    enqueued: 4,
    dequeued: 3,
  });
});

test('a message that fails twice and is given up is one in, one out, one repetition, one dead', () => {
  const flow = new FlowMeter();
  flow.fromNothing();
  const seen = [
    // Taken, failed, and put into the topic of repetitions.
    flow.read({ main: topic(1, 1), retries: [topic(1, 0)], dead: undefined }),
    // Taken from there, failed for the last time.
    flow.read({ main: topic(1, 1), retries: [topic(1, 1)], dead: topic(1, 0) }),
  ];
  expect(seen).toEqual([
    { ...nothing, enqueued: 1, redelivered: 1 },
    { ...nothing, dequeued: 1, deadLettered: 1 },
  ]);
});

test('offsets that were read a moment apart take back nothing that was counted', () => {
  const flow = new FlowMeter();
  flow.fromNothing();
  flow.read({ main: topic(5, 5), retries: [topic(0, 0)], dead: undefined });
  // The repetition is seen already, the commit behind it is not yet.
  expect(flow.read({ main: topic(6, 5), retries: [topic(1, 0)], dead: undefined }).dequeued).toBe(0);
  expect(flow.read({ main: topic(6, 6), retries: [topic(1, 0)], dead: undefined }).dequeued).toBe(0);
  expect(flow.read({ main: topic(6, 6), retries: [topic(1, 1)], dead: undefined }).dequeued).toBe(1);
});
