import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { post } from '../testing/requests.ts';
import { otlp } from '../wire/codec.ts';

let collector: TestCollector;
const time_unix_nano = `${Date.now()}000000`;
const gauge = (name: string, value: Record<string, unknown>) => ({
  name,
  gauge: { data_points: [{ time_unix_nano, ...value }] },
});
const histogram = (name: string, value: Record<string, unknown>) => ({
  name,
  histogram: { data_points: [{ time_unix_nano, count: 2, ...value }] },
});

beforeAll(async () => {
  collector = await TestCollector.start();
  const metrics = [
    gauge('wide', { as_int: '9007199254740993' }),
    gauge('zero', { as_int: 0 }),
    gauge('zero point zero', { as_double: 0 }),
    histogram('nothing known', {}),
    histogram('all zero', { sum: 0, min: 0, max: 0 }),
    histogram('no extremes', { sum: 3 }),
  ];
  const body = otlp.encodeRequest('metrics', { resource_metrics: [{ scope_metrics: [{ metrics }] }] });
  expect((await post(collector.otlp, 'metrics', body)).status).toBe(200);
  await eventually('loaded', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
});
afterAll(() => collector.dispose());

test.each([
  ['wide', { Exact: '9007199254740993' }],
  ['zero', { Value: 0, Exact: '0' }],
  ['zero point zero', { Value: 0, Exact: null }],
])('an integer is told from a double, with all its digits: %s', async (name, expected) => {
  const rows = await collector.rows(
    `SELECT Value, toString(IntValue) AS Exact FROM otel_metrics_gauge WHERE MetricName = '${name}'`,
  );
  expect(rows).toMatchObject([expected]);
});

test.each([
  ['nothing known', ['Sum', 'Min', 'Max']],
  ['all zero', []],
  ['no extremes', ['Min', 'Max']],
])('what a histogram does not know is no zero: %s', async (name, Unknown) => {
  const rows = await collector.rows(
    `SELECT Unknown FROM otel_metrics_histogram WHERE MetricName = '${name}'`,
  );
  expect(rows).toEqual([{ Unknown }]);
});
