import { expect, test } from 'vitest';
import { retriesOf, topicLag } from './lag.ts';

const offsets = (...ends: [low: number, high: number][]) =>
  ends.map(([low, high], partition) => ({
    ...{ partition, offset: String(high) },
    ...{ low: String(low), high: String(high) },
  }));
const committed = (topic: string, ...at: number[]) => [
  {
    topic,
    partitions: at.map((offset, partition) => ({ partition, offset: String(offset), metadata: null })),
  },
];

test('what a group has not committed waits, over all partitions', () => {
  expect(topicLag('q', committed('q', 4, 10), offsets([0, 6], [0, 10]))).toMatchObject({
    ...{ waiting: 2, written: 16, done: 14 },
  });
});

test('of a partition without a commit all that is still kept waits, and what was deleted does not', () => {
  expect(topicLag('q', committed('q', -1), offsets([3, 8]))).toMatchObject({ waiting: 5, done: 3 });
  expect(topicLag('q', committed('other', 7), offsets([0, 2]))).toMatchObject({ waiting: 2, done: 0 });
  expect(topicLag('q', committed('q', 2), offsets([5, 8])).stands).toEqual([
    { partition: 0, low: 5, high: 8, committed: 5 },
  ]);
});

test('a commit beyond the end makes nothing wait, not less than nothing', () => {
  expect(topicLag('q', committed('q', 9), offsets([0, 7]))).toMatchObject({ waiting: 0, done: 7 });
});

test('the topics of repetitions are found by their names, in order and without a gap', () => {
  const topics = new Set(['q', 'q.dead', 'q.retry.2', 'q.retry.1', 'q.retry.4', 'p.retry.1']);
  expect(retriesOf('q', topics)).toEqual(['q.retry.1', 'q.retry.2']);
});
