import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import {
  hexId,
  kv,
  logRequest,
  metricRequest,
  post,
  type SpanInit,
  traceRequest,
} from '../testing/requests.ts';
import { otlp } from '../wire/codec.ts';

/** What is kept, in days. */
const KEPT = 5;
const DAY_MS = 86_400_000;

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start({
    COLLECTOR_RETENTION_DAYS: String(KEPT),
    COLLECTOR_KEEP_DAYS: String(KEPT),
  });
});
afterAll(() => collector.dispose());

const now = Date.now();
const days = (n: number) => now + n * DAY_MS;

/** How many items were left out, and what was said about them. */
async function answer(response: Response): Promise<{ rejected: number; message: string }> {
  expect(response.status).toBe(200);
  const bytes = Buffer.from(await response.arrayBuffer());
  const { partial_success: said } = otlp.decode('ExportServiceResponse', bytes) as {
    partial_success?: { rejected: string; error_message: string };
  };
  return { rejected: Number(said?.rejected ?? 0), message: said?.error_message ?? '' };
}
async function stored(table: string, column: string): Promise<unknown[]> {
  await eventually('an empty spool', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
  const rows = await collector.rows<{ v: unknown }>(`SELECT ${column} AS v FROM ${table} ORDER BY v`);
  return rows.map(({ v }) => v);
}

test('a span is taken when it began in the days that are kept and was over a day ahead at most', async () => {
  const cases: Record<string, Partial<SpanInit>> = {
    'just kept': { startMs: days(-KEPT) + 60_000 },
    'a clock an hour ahead': { startMs: days(0) + 3_600_000 },
    'ends before it starts': { startMs: now, durationMs: -DAY_MS * 400 },
    'too old': { startMs: days(-KEPT) - 60_000 },
    'the year 1970': { startMs: 0 },
    'in two days': { startMs: days(2) },
    // Beyond 2106 a DateTime begins again in 1970.
    'in 2150': { startMs: 5_680_281_600_000 },
    'is over in two days': { startMs: now, durationMs: 2 * DAY_MS },
  };
  const spans = Object.entries(cases).map(([name, init], i) => ({
    ...{ traceId: hexId(i + 1, 16), spanId: hexId(i + 1, 8), name, ...init },
  }));
  const { rejected, message } = await answer(
    await post(collector.otlp, 'traces', traceRequest('traveller', spans)),
  );
  expect(rejected).toBe(5);
  expect(message).toContain(
    `5 spans are older than the ${KEPT} days which are kept, or more than a day ahead`,
  );
  expect(await stored('otel_traces', 'SpanName')).toEqual([
    'a clock an hour ahead',
    'ends before it starts',
    'just kept',
  ]);
  expect((await collector.stats()).rejectedByReason).toMatchObject({ outside_retention: 5 });
});

test('a log record counts at its own time, else when it was observed; a point at its time, whenever its series began', async () => {
  const logs = [
    { atMs: now, body: 'now' },
    { atMs: days(-400), body: 'old' },
    { atMs: 0, body: 'no time' },
  ];
  expect((await answer(await post(collector.otlp, 'logs', logRequest('traveller', logs)))).rejected).toBe(2);
  const observed = { observed_time_unix_nano: `${now}000000`, body: { string_value: 'observed' } };
  const request = otlp.encodeRequest('logs', {
    resource_logs: [{ scope_logs: [{ log_records: [observed] }] }],
  });
  expect((await answer(await post(collector.otlp, 'logs', request))).rejected).toBe(0);
  expect(await stored('otel_logs', 'Body')).toEqual(['now', 'observed']);

  const point = (name: string, atMs: number) => ({ name, kind: 'gauge' as const, atMs, value: 1 });
  const points = [point('now', now), point('old', days(-400)), point('soon', days(400))];
  const metrics = metricRequest('traveller', points);
  expect((await answer(await post(collector.otlp, 'metrics', metrics))).rejected).toBe(2);
  expect(await stored('otel_metrics_gauge', 'MetricName')).toEqual(['now']);
});

test('a request with 60,000 days in it makes no partition for each of them', async () => {
  const spans = Array.from({ length: 60_000 }, (_, i) => ({
    ...{ traceId: hexId(i + 100, 16), spanId: hexId(1, 8), startMs: i * DAY_MS, attributes: [kv('day', i)] },
  }));
  const { rejected } = await answer(await post(collector.otlp, 'traces', traceRequest('traveller', spans)));
  // Those of the days that are kept, of today and of the next day.
  expect(60_000 - rejected).toBe(KEPT + 1);
  await stored('otel_traces', 'SpanName');
  const rows = await collector.rows<{ most: number }>(
    `SELECT toUInt32(max(n)) AS most FROM (SELECT uniqExact(partition) AS n FROM system.parts WHERE active GROUP BY table)`,
  );
  expect(rows[0]?.most).toBeLessThanOrEqual(KEPT + 2);
});
