import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BREAKER_ATTR, EVENT, METRIC, SAGA_ATTR } from '../../../contract/telemetry.ts';
import { createReaders, type Readers } from '../../readers/index.ts';
import { eventually, SECRET, TestCollector } from '../../testing/collector.ts';
import { hexId, kv, logRequest, metricRequest, post, traceRequest } from '../../testing/requests.ts';
import { otlp } from '../../wire/codec.ts';
import type { Signal } from '../../wire/signals.ts';
import { importRecording } from './import.ts';
import { moveInstants } from './scan.ts';

/** Of everything that can be in each signal. */
const SECOND = Math.floor(Date.now() / 1000 - 120) * 1000;
const range = { from: SECOND - 10_000, to: SECOND + 100_000 };
const nanos = (ms: number, ns = 0) => String(BigInt(ms) * 1_000_000n + BigInt(ns));
const TRACE = hexId(7, 16);
const YEAR_NS = 31_536_000_000_000_000n;
const RUN = { id: 'run-1', verdict: 'passed' };

let dir: string;
let original: TestCollector;
let copy: TestCollector;
let readers: Readers;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stormglass-recording-'));
  [original, copy] = await Promise.all([TestCollector.start(), TestCollector.start()]);
  readers = createReaders({ url: original.store, username: 'stormglass', password: SECRET });
  await fill();
});
afterAll(async () => {
  await readers.close();
  await Promise.all([original.dispose(), copy.dispose()]);
  await rm(dir, { recursive: true, force: true });
});

async function send(signal: Signal, body: Uint8Array): Promise<void> {
  expect((await post(original.otlp, signal, body)).status).toBe(200);
}
const loaded = (collector: TestCollector) =>
  eventually('an empty spool', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));

const breaker = [kv(BREAKER_ATTR.name, 'payments'), kv('peer.service', 'payments')];
const queue = [kv('messaging.system', 'bullmq'), kv('messaging.destination.name', 'mails')];

async function fill(): Promise<void> {
  const spans = Array.from({ length: 9000 }, (_, i) => ({
    ...{ traceId: i < 3 ? TRACE : hexId(i + 100, 16), spanId: hexId(i + 1, 8), kind: 2 + (i % 2) },
    // 5,000 in one second, more than a page.
    startMs: i < 5000 ? SECOND : SECOND + (i % 60) * 1000,
    attributes: [
      kv('n', i),
      kv('http.route', '/x'),
      kv('http.request.method', 'GET'),
      kv('peer.service', 'p'),
    ],
  }));
  await send('traces', traceRequest('shop', spans));
  const odd = { traceId: hexId(9, 16), spanId: hexId(9, 8), startMs: SECOND, durationMs: -12.5 };
  await send('traces', traceRequest('shop', [odd]));
  await send('logs', logRequest('shop', records()));
  await send('logs', otlp.encodeRequest('logs', oddRecords()));
  for (let n = 0; n < SAME / 500; n++) await send('logs', sameRecords(['a', 'b', 'c'][n % 3] ?? ''));
  await send('metrics', metricRequest('shop', points()));
  for (const [n, state] of ['closed', 'open'].entries()) await send('metrics', foreign(n, state));
  await send('metrics', otlp.encodeRequest('metrics', oddMetrics()));
  await loaded(original);
  expect((await original.stats()).rejectedByReason).toEqual({});
}

function records() {
  const saga = (eventName: string, at: number, step: string) => ({
    ...{ atMs: SECOND + at, eventName, traceId: TRACE },
    attributes: [
      ...[kv(SAGA_ATTR.id, 'saga-1'), kv(SAGA_ATTR.type, 'order'), kv(SAGA_ATTR.step, step)],
      ...[kv(SAGA_ATTR.outcome, 'confirmed'), kv(SAGA_ATTR.amount, 9.5)],
    ],
  });
  const move = [...breaker, kv(BREAKER_ATTR.from, 'closed'), kv(BREAKER_ATTR.to, 'open')];
  return [
    ...[
      saga(EVENT.sagaStarted, 0, ''),
      saga('saga.step_completed', 5, 'charge'),
      saga('saga.completed', 9, ''),
    ],
    { atMs: SECOND + 3, eventName: EVENT.breakerOpened, traceId: TRACE, attributes: move },
    { atMs: SECOND + 4, body: 'plain "text"\n' },
  ];
}

/** Of several instances at one instant, more than a page: nothing but their resource tells them apart. */
const SAME = 6000;
function sameRecords(instance: string): Uint8Array {
  const record = { time_unix_nano: nanos(SECOND - 5000), body: { string_value: 'tick' } };
  const resource = { attributes: [kv('service.name', 'clock'), kv('service.instance.id', instance)] };
  const scope_logs = [{ log_records: Array.from({ length: 500 }, () => record) }];
  return otlp.encodeRequest('logs', { resource_logs: [{ resource, scope_logs }] });
}

function oddRecords() {
  const scope = { name: 's', version: '2', attributes: [kv('scoped', true)], dropped_attributes_count: 2 };
  const record = {
    ...{ observed_time_unix_nano: nanos(SECOND, 7), severity_number: 24, severity_text: 'FATAL', flags: 257 },
    body: {
      kvlist_value: { values: [kv('deep', { bytes_value: Buffer.from([0, 255]) }), kv('n', 2 ** 40)] },
    },
    attributes: [kv('a', { array_value: { values: [{ int_value: '9007199254740993' }] } }), kv('none', {})],
    ...{ trace_id: Buffer.from(TRACE, 'hex'), span_id: Buffer.from(hexId(1, 8), 'hex') },
    dropped_attributes_count: 3,
  };
  const nothing = { time_unix_nano: nanos(SECOND, 9), observed_time_unix_nano: nanos(SECOND, 10) };
  const logs = [{ scope, schema_url: 'https://s/1', log_records: [record, nothing] }];
  return {
    resource_logs: [
      { resource: { dropped_attributes_count: 1 }, schema_url: 'https://r/1', scope_logs: logs },
    ],
  };
}

function points() {
  const point = (
    name: string,
    kind: 'sum' | 'gauge',
    value: number,
    attributes: ReturnType<typeof kv>[],
  ) => ({
    ...{ name, kind, value, attributes, atMs: SECOND + 1500 },
  });
  return [
    point(METRIC.breakerState, 'sum', 1, [...breaker, kv(BREAKER_ATTR.state, 'open')]),
    point(METRIC.breakerCalls, 'sum', 5, [...breaker, kv(BREAKER_ATTR.outcome, 'failure')]),
    point(METRIC.queueMessages, 'gauge', 7, [...queue, kv('state', 'ready')]),
    point('not.a.number', 'gauge', Number.NaN, []),
  ];
}

/** Another library's breaker, which the collector says once more by our names. */
function foreign(n: number, state: string): Uint8Array {
  const of = (name: string, kind: 'sum' | 'gauge', value: number, attributes: ReturnType<typeof kv>[]) => ({
    ...{ name: `envoy_cluster_${name}`, kind, value, atMs: SECOND + 2000 + n * 1000 },
    attributes: [kv('envoy_cluster_name', 'bank'), ...attributes],
  });
  return metricRequest('mesh', [
    of('circuit_breakers_default_cx_open', 'gauge', Number(state === 'open'), []),
    of('upstream_rq_xx', 'gauge', 100 + 10 * n, [kv('envoy_response_code_class', '5')]),
  ]);
}

function oddMetrics() {
  const at = {
    start_time_unix_nano: nanos(SECOND - 86_400_000 * 100),
    time_unix_nano: nanos(SECOND + 2000, 3),
    flags: 1,
  };
  const exemplar = {
    ...{ time_unix_nano: nanos(SECOND, 5), as_int: '9007199254740993', filtered_attributes: [kv('x', 1)] },
    ...{ trace_id: Buffer.from(TRACE, 'hex'), span_id: Buffer.from(hexId(1, 8), 'hex') },
  };
  const attributes = [kv('i', 1), kv('s', '1'), kv('d', 0.1)];
  const metrics = [
    {
      ...{ name: 'exact', unit: '{item}', description: 'whole numbers', metadata: [kv('m', 1)] },
      sum: {
        data_points: [{ ...at, attributes, as_int: '9223372036854775807', exemplars: [exemplar] }],
        ...{ aggregation_temporality: 2, is_monotonic: true },
      },
    },
    {
      name: 'latency',
      histogram: {
        data_points: [
          {
            ...at,
            count: '3',
            sum: 0.3,
            min: 0.1,
            bucket_counts: ['1', '2'],
            explicit_bounds: [0.2],
            attributes,
          },
          { ...at, count: '0' },
        ],
        aggregation_temporality: 1,
      },
    },
    {
      name: 'sparse',
      exponential_histogram: {
        data_points: [
          {
            ...{ ...at, count: '4', sum: -0.5, max: 1, scale: -3, zero_count: '1', zero_threshold: 1e-9 },
            ...{
              positive: { offset: -7, bucket_counts: [1, 0, 2] },
              negative: { offset: 1, bucket_counts: [] },
            },
          },
        ],
        aggregation_temporality: 1,
      },
    },
    {
      name: 'old',
      summary: {
        data_points: [{ ...at, count: '2', sum: 3, quantile_values: [{ quantile: 0.5, value: 1.5 }] }],
      },
    },
  ];
  return { resource_metrics: [{ resource: {}, scope_metrics: [{ scope: { name: 'm' }, metrics }] }] };
}

async function recorded(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readers.exportRange(range, RUN)) lines.push(line);
  return lines;
}

const TABLES = [
  ...['otel_traces', 'otel_logs', 'otel_metrics_gauge', 'otel_metrics_sum', 'otel_metrics_histogram'],
  ...[
    'otel_metrics_exponential_histogram',
    'otel_metrics_summary',
    'stormglass_events',
    'stormglass_receipts',
  ],
];

test('a recording brought into a fresh collector is the same rows, and gives the same answers', async () => {
  const lines = await recorded();
  const file = join(dir, 'all.jsonl');
  await writeFile(file, lines.join(''));
  const imported = await importRecording({
    ...{ file, to: { url: copy.otlp, key: undefined }, speed: 'max', shiftToNow: false },
    interrupted: new AbortController().signal,
  });
  expect(imported).toMatchObject({ items: { traces: 9001, logs: 8 + SAME }, rejected: 0, run: RUN });
  await loaded(copy);
  const [a, b] = [original.queries(), copy.queries()];
  try {
    for (const table of TABLES) {
      // Every column; a NaN equals itself as text.
      const sql = `SELECT arraySort(groupArray(toString(tuple(*)))) AS rows FROM ${table}`;
      expect(await copy.rows(sql), table).toEqual(await original.rows(sql));
    }
    expect(await b.timeline(range, 1)).toEqual(await a.timeline(range, 1));
    expect(await b.trace(TRACE)).toEqual(await a.trace(TRACE));
    expect(await b.saga('saga-1')).toEqual(await a.saga('saga-1'));
    expect((await a.timeline(range, 1)).transitions).toHaveLength(2);
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}, 120_000);

test('each line is of one second, so that a replay has all signals in the order of time', async () => {
  const [head, ...lines] = (await recorded()).map((line) => JSON.parse(line));
  expect(head).toEqual({ stormglassRecording: { version: 1, ...range, run: RUN } });
  const ends = lines.map((line) =>
    [...JSON.stringify(line).matchAll(/"(?:endTimeUnixNano|timeUnixNano)":"(\d+)"/g)].map(([, ns]) =>
      Math.floor(Number(ns) / 1e9),
    ),
  );
  // Exemplars are older than their points.
  for (const seconds of ends) expect(Math.max(...seconds) - Math.min(...seconds)).toBeLessThanOrEqual(2);
  const counts = lines.map((line) => (JSON.stringify(line).match(/"spanId":/g) ?? []).length);
  expect(Math.max(...counts)).toBe(2000);
});

test('a trace is exported with its log records', async () => {
  const lines: string[] = [];
  for await (const line of readers.exportTrace(TRACE)) lines.push(line);
  expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([['resourceSpans'], ['resourceLogs']]);
  expect(lines[1]).toContain('"eventName":"circuit_breaker.opened"');
});

test('a receiver that does not keep what is old says so, and what was left out is counted', async () => {
  const logs = (await recorded()).filter((line) => line.startsWith('{"resourceLogs"'));
  const old = logs.map((line) => moveInstants(line, -YEAR_NS));
  const file = join(dir, 'old.jsonl');
  await writeFile(file, old.join(''));
  const options = { file, to: { url: copy.otlp, key: undefined }, speed: 'max' as const };
  const interrupted = new AbortController().signal;
  const refused = await importRecording({ ...options, shiftToNow: false, interrupted });
  expect(refused).toMatchObject({ rejected: 8 + SAME, items: { logs: 8 + SAME } });
  expect(refused.reasons).toEqual([
    expect.stringMatching(/^log records are older than the \d+ days which are kept/),
  ]);
  expect(refused.newestMs).toBeLessThan(Date.now() - 86_400_000 * 360);
  expect(await importRecording({ ...options, shiftToNow: true, interrupted })).toMatchObject({ rejected: 0 });
});
