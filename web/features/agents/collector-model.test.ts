import { expect, it } from 'vitest';
import type { CollectorView } from '../../live/collector-answers.ts';
import { collectorFigures } from './collector-model.ts';

const FIGURES: CollectorView = {
  received: 15,
  receivedBySignal: { traces: 12, logs: 3, metrics: 0 },
  rejected: 0,
  rejectedByReason: {},
  quarantined: 0,
  evicted: 0,
  evictedBySignal: { traces: { age: 0, bytes: 0 } },
  evictedByService: {},
  parents: { checked: 10, orphaned: 1, skewed: 0, oneIn: 1 },
  storeBytes: null,
  storeLimitBytes: 2 * 1024 ** 3,
  spoolBytes: 0,
  rssBytes: 1024 ** 2,
};
const figure = (name: string, more: Partial<CollectorView> = {}) =>
  collectorFigures({ ...FIGURES, ...more }).find((f) => f.name === name);

it('what was evicted is told by reason and by service, the largest first', () => {
  const evicted = figure('Evicted', {
    evicted: 9,
    evictedBySignal: { traces: { age: 1, bytes: 5 }, logs: { age: 0, bytes: 3 } },
    evictedByService: { orders: 2, gateway: 7 },
  });
  expect(evicted).toMatchObject({ value: '9', of: 'by bytes 8, by age 1; gateway 7, orders 2' });
});

it('a store that was not looked at yet is unknown, not empty', () => {
  expect(figure('Stored at the last look')).toMatchObject({ value: '–', of: 'of 2.0 GiB', isLoss: false });
  expect(figure('Stored at the last look', { storeBytes: 1024 ** 3 })).toMatchObject({
    value: '1.0 GiB',
    of: 'of 2.0 GiB, 50 %',
  });
  expect(figure('Stored at the last look', { storeBytes: 3 * 1024 ** 3 })?.isLoss).toBe(true);
});

it('a sample says so', () => {
  const parents = { checked: 400_000, orphaned: 4, skewed: 0, oneIn: 2 };
  expect(figure('Parent missing', { parents })?.of).toBe(
    'of 400,000 spans checked, one trace in 2 looked at',
  );
});
