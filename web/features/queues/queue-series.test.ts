import { describe, expect, it } from 'vitest';
import { queueSample } from '../../live/testing/telemetry.ts';
import { queueCards } from './model.ts';
import { queueSeries } from './queue-series.ts';

const seriesOf = (queues: ReturnType<typeof queueSample>[], at: number) => {
  const [card] = queueCards({ queues }, at);
  if (!card) throw new Error('no card');
  return queueSeries(card, at);
};

describe('the charts of a queue', () => {
  it('have rates per second between samples, and none before the first or over a silence', () => {
    const queues = [0, 2_000, 40_000].map((at) =>
      queueSample(at, { enqueued: 6, dequeued: 2, redelivered: 1 }),
    );
    const series = seriesOf(queues, 40_000);
    expect(series.in.slice(0, 3)).toEqual([null, 3, null]);
    expect(series.out.slice(0, 3)).toEqual([null, 1, null]);
    expect(series.redelivered.slice(0, 3)).toEqual([null, 0.5, null]);
  });

  it('show how long the oldest message waits, and 0 while none does', () => {
    const queues = [queueSample(0, { oldestAgeMs: 1_500 }), queueSample(1_000, { oldestAgeMs: null })];
    expect(seriesOf(queues, 1_000).oldest.slice(0, 2)).toEqual([1_500, 0]);
  });

  it('predict from the newest sample to the instant when it is empty', () => {
    const queues = Array.from({ length: 10 }, (_, i) =>
      queueSample(i * 1_000, { ready: 600 - i * 40, delayed: 0, inFlight: 0, enqueued: 0, dequeued: 40 }),
    );
    const series = seriesOf(queues, 9_000);
    expect(series.xs.at(-1)).toBeCloseTo(15_000, -1);
    expect(series.predicted.slice(-2)).toEqual([240, 0]);
    expect(series.predicted.slice(0, 9).every((value) => value === null)).toBe(true);
    for (const values of [series.depth, series.predicted, series.oldest, series.in])
      expect(values).toHaveLength(series.xs.length);
  });

  it('begin within the last two minutes, with the rate of what lies before them', () => {
    const queues = Array.from({ length: 200 }, (_, i) => queueSample(i * 1_000, { enqueued: 4 }));
    const series = seriesOf(queues, 199_000);
    expect(series.xs[0]).toBe(79_000);
    expect(series.in[0]).toBe(4);
  });
});
