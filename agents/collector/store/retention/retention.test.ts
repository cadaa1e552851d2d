import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, TestCollector } from '../../testing/collector.ts';
import { kv, logRequest, metricRequest, post, type SpanInit, traceRequest } from '../../testing/requests.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const random = (bytes: number) => randomBytes(bytes).toString('hex');
const rootSpan = (init: Partial<SpanInit>): SpanInit => {
  return { traceId: random(16), spanId: random(8), attributes: [kv('payload', random(40))], ...init };
};
const hurt = (init: Partial<SpanInit>) =>
  rootSpan({ attributes: [kv('chaos.fault.id', 'fault-1'), kv('chaos.run.id', 'run-1')], ...init });

let collector: TestCollector;
let queries: ReturnType<TestCollector['queries']>;

beforeEach(async () => {
  collector = await TestCollector.start({
    COLLECTOR_MAX_STORE_BYTES: '0',
    COLLECTOR_HOUSEKEEPING_SECONDS: '0.3',
  });
  queries = collector.queries();
});
afterEach(async () => {
  await queries.close();
  await collector.dispose();
});

async function sendSpans(service: string, spans: SpanInit[]): Promise<void> {
  for (let i = 0; i < spans.length; i += 5000) {
    const answer = await post(collector.otlp, 'traces', traceRequest(service, spans.slice(i, i + 5000)));
    expect(answer.status).toBe(200);
  }
}

async function send(signal: string, body: Uint8Array): Promise<void> {
  expect((await post(collector.otlp, signal, body)).status).toBe(200);
}

const loaded = () =>
  eventually('everything loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));

/** The same data under other settings. */
async function restart(env: Record<string, string>): Promise<void> {
  await queries.close();
  await collector.end();
  await collector.run(env);
  queries = collector.queries();
}

const RAW = ['otel_traces', 'otel_logs', 'otel_metrics_gauge'];

/** Records stored, by service, all signals together. */
async function stored(): Promise<Record<string, number>> {
  const all = RAW.map((table) => `SELECT ServiceName AS service FROM ${table}`).join(' UNION ALL ');
  const rows = await collector.rows<{ service: string; n: number }>(
    `SELECT service, count() AS n FROM (${all}) GROUP BY service`,
  );
  return Object.fromEntries(rows.map((row) => [row.service, row.n]));
}

async function storedIds(service: string): Promise<Set<string>> {
  const rows = await collector.rows<{ id: string }>(
    `SELECT DISTINCT TraceId AS id FROM otel_traces WHERE ServiceName = '${service}'`,
  );
  return new Set(rows.map((row) => row.id));
}

async function bytesOnDisk(): Promise<number> {
  const rows = await collector.rows<{ bytes: number }>(
    "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database != 'system'",
  );
  return rows[0]?.bytes ?? 0;
}

/** Among what can go; of what arrives just now the summary may be seen first. */
const ghosts = async () =>
  collector.rows(
    `SELECT TraceId FROM stormglass_traces
     WHERE Minute < now() - toIntervalMinute(3) AND TraceId NOT IN (SELECT TraceId FROM otel_traces)`,
  );

const idsOf = (spans: readonly SpanInit[]) => spans.map((span) => span.traceId);

/** As many, evenly from `oldest` to `newest` minutes ago. */
function spread<T>(count: number, oldest: number, newest: number, make: (startMs: number) => T): T[] {
  const step = ((oldest - newest) * MINUTE) / count;
  const from = Date.now() - oldest * MINUTE;
  return Array.from({ length: count }, (_, i) => make(from + i * step));
}

/** Below the limit by so much that nothing goes on. */
async function fallenBelow(limit: number): Promise<void> {
  await eventually('the store within its limit', async () => {
    const { storeBytes, evicted, housekeepingFailures } = await queries.stats();
    expect(housekeepingFailures).toBe(0);
    return evicted > 0 && storeBytes !== null && storeBytes <= limit * 0.93 ? true : null;
  });
}

/** Everything of two services within 46 minutes, of one very much. */
async function sendLoudAndQuiet() {
  const ordinary = spread(20_000, 50, 4, (startMs) => rootSpan({ name: 'poll', startMs, durationMs: 5 }));
  const kept = {
    failed: spread(40, 50, 4, (startMs) => rootSpan({ name: 'poll', startMs, durationMs: 5, status: 2 })),
    hurt: spread(40, 50, 4, (startMs) => hurt({ name: 'poll', startMs, durationMs: 5 })),
    // Few enough to be the slowest hundredth in whichever hours the 46 minutes lie.
    slow: spread(20, 50, 4, (startMs) => rootSpan({ name: 'poll', startMs, durationMs: 900 })),
  };
  const shared = ordinary.slice(0, 50).map((parent) => {
    return rootSpan({ ...parent, parentSpanId: parent.spanId, spanId: random(8) });
  });
  const quiet = [...shared, ...spread(200, 50, 4, (startMs) => rootSpan({ startMs }))];
  await sendSpans('loud', [...ordinary, ...Object.values(kept).flat()]);
  await sendSpans('quiet', quiet);
  const keptTrace = kept.failed[0]?.traceId ?? '';
  await send(
    'logs',
    logRequest('loud', [
      ...spread(2000, 50, 4, (atMs) => ({ atMs, body: random(40) })),
      { atMs: Date.now() - 50 * MINUTE, body: 'of a kept trace', traceId: keptTrace },
    ]),
  );
  await send(
    'logs',
    logRequest(
      'quiet',
      spread(200, 50, 4, (atMs) => ({ atMs, body: random(40) })),
    ),
  );
  const gauges = () =>
    spread(300, 50, 4, (atMs) => ({ name: 'depth', kind: 'gauge' as const, atMs, value: 1 }));
  await send('metrics', metricRequest('loud', gauges()));
  await send('metrics', metricRequest('quiet', gauges()));
  await loaded();
  return { ordinary, kept, shared, keptTrace };
}

test('above the limit of bytes the loud service loses its oldest ordinary records, the quiet one nothing', async () => {
  const { ordinary, kept, shared, keptTrace } = await sendLoudAndQuiet();
  const before = await stored();
  const limit = Math.round((await bytesOnDisk()) * 0.6);

  await restart({ COLLECTOR_MAX_STORE_BYTES: String(limit) });
  let arriving = 0;
  let isOver = false;
  const below = fallenBelow(limit).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await sendSpans('arriving', [rootSpan({})]);
    arriving += 1;
    // A trace is forgotten before its spans go, never after.
    expect(await ghosts()).toEqual([]);
  }
  await below;
  await loaded();

  const after = await stored();
  const stats = await queries.stats();
  expect(after.quiet).toBe(before.quiet);
  expect(after.arriving).toBe(arriving);
  expect(stats.evictedByService).toEqual({ loud: (before.loud ?? 0) - (after.loud ?? 0) });
  const { traces, logs, metrics } = stats.evictedBySignal;
  expect(traces.bytes + logs.bytes + metrics.bytes).toBe(stats.evicted);
  for (const { bytes } of [traces, logs, metrics]) expect(bytes).toBeGreaterThan(0);
  expect(stats.evicted).toBeGreaterThan(5000);

  const left = await storedIds('loud');
  for (const [why, spans] of Object.entries(kept))
    expect([why, idsOf(spans).filter((id) => !left.has(id))]).toEqual([why, []]);
  const flags = ordinary.map((span) => left.has(span.traceId));
  // Oldest first: a run of gone ones, then a run of those that stay, whole minutes of them.
  const firstLeft = flags.indexOf(true);
  expect(firstLeft).toBeGreaterThan(5000);
  expect(flags.slice(firstLeft).every(Boolean)).toBe(true);
  expect(await collector.rows(`SELECT Body AS body FROM otel_logs WHERE TraceId = '${keptTrace}'`)).toEqual([
    { body: 'of a kept trace' },
  ]);

  expect(await ghosts()).toEqual([]);
  const gone = ordinary[100]?.traceId ?? '';
  expect(await queries.trace(gone)).toBeNull();
  const partly = await queries.trace(shared[0]?.traceId ?? '');
  expect(partly).toMatchObject({ spanCount: 1, evictedSpans: 1 });
  const metricsText = await (
    await fetch(`${collector.store}/metrics`, {
      headers: { 'x-clickhouse-user': 'stormglass', 'x-clickhouse-key': 'a-secret-of-this-test' },
    })
  ).text();
  expect(metricsText).toContain(
    `stormglass_collector_evicted_total{signal="traces",reason="bytes"} ${traces.bytes}`,
  );
}, 120_000);

test('when what is kept alone is too much its oldest goes, of the service that has too much of it', async () => {
  const failing = spread(20_000, 50, 4, (startMs) => rootSpan({ startMs, status: 2 }));
  await sendSpans('broken', failing);
  await sendSpans(
    'quiet',
    spread(500, 50, 4, (startMs) => rootSpan({ startMs })),
  );
  await loaded();
  const before = await stored();
  const limit = Math.round((await bytesOnDisk()) * 0.5);
  await restart({ COLLECTOR_MAX_STORE_BYTES: String(limit) });
  await fallenBelow(limit);
  const after = await stored();
  expect(after.quiet).toBe(before.quiet);
  expect((await queries.stats()).evictedByService).toEqual({ broken: 20_000 - (after.broken ?? 0) });
  const left = await storedIds('broken');
  expect(left.has(failing[0]?.traceId ?? '')).toBe(false);
  expect(left.has(failing.at(-1)?.traceId ?? '')).toBe(true);
  expect(await ghosts()).toEqual([]);
}, 120_000);

test('by age ordinary data goes first, kept traces later, and each is counted once', async () => {
  const midnight = new Date().setUTCHours(0, 0, 0, 0);
  const at = (days: number) => Date.now() - days * DAY;
  await restart({ COLLECTOR_RETENTION_DAYS: '20', COLLECTOR_KEEP_DAYS: '20' });
  const overnight = rootSpan({ startMs: midnight - 4 * DAY - 1000, durationMs: 1 });
  const old = {
    overnight: [overnight, rootSpan({ ...overnight, spanId: random(8), startMs: midnight - 4 * DAY + 1000 })],
    plain: spread(100, 1, 0, () => rootSpan({ startMs: at(4), durationMs: 5 })),
    failed: [rootSpan({ startMs: at(4), status: 2 })],
    older: [hurt({ startMs: at(9) })],
    today: [rootSpan({})],
  };
  await sendSpans('orders', Object.values(old).flat());
  await send('logs', logRequest('orders', [{ atMs: at(4), eventName: 'saga.started' }, { atMs: at(0) }]));
  await send('metrics', metricRequest('orders', [{ name: 'depth', kind: 'gauge', atMs: at(9), value: 1 }]));
  await loaded();

  await restart({ COLLECTOR_RETENTION_DAYS: '2' });
  const first = await eventually('102 spans, a log, a point gone', async () => {
    const stats = await queries.stats();
    return stats.evicted >= 104 ? stats : null;
  });
  expect(first.evictedBySignal).toEqual({
    traces: { age: 102, bytes: 0 },
    logs: { age: 1, bytes: 0 },
    metrics: { age: 1, bytes: 0 },
  });
  expect(await storedIds('orders')).toEqual(new Set(idsOf([...old.failed, ...old.older, ...old.today])));
  await eventually('no ghosts', async () => ((await ghosts()).length === 0 ? true : null));
  await eventually('no event', async () =>
    (await collector.rows('SELECT EventName FROM stormglass_events')).length === 0 ? true : null,
  );

  await restart({ COLLECTOR_KEEP_DAYS: '6' });
  await eventually('the kept one gone', async () => ((await queries.stats()).evicted >= 1 ? true : null));
  expect(await storedIds('orders')).toEqual(new Set(idsOf([...old.failed, ...old.today])));
  await eventually('no receipt', async () =>
    (await collector.rows('SELECT FaultId FROM stormglass_receipts')).length === 0 ? true : null,
  );
  expect((await queries.stats()).evicted).toBe(1);
}, 120_000);

test('spans without their parent, and before it, are counted; a whole trace is neither', async () => {
  await restart({ COLLECTOR_HOUSEKEEPING_SECONDS: '3' });
  // The window that is looked at ends 3 s ago: so there is time to load them.
  const startMs = Date.now() + 3000;
  const parent = rootSpan({ startMs });
  const child = (offset: number, init: Partial<SpanInit> = {}) =>
    rootSpan({
      traceId: parent.traceId,
      parentSpanId: parent.spanId,
      startMs: startMs + offset,
      ...init,
    });
  await sendSpans('orders', [parent, child(1), child(0), child(-20), child(2, { parentSpanId: random(8) })]);
  const counts = await eventually('a check of the window', async () => {
    const { parents } = await queries.stats();
    return parents.checked >= 5 ? parents : null;
  });
  expect(counts).toEqual({ checked: 5, orphaned: 1, skewed: 1, oneIn: 1 });
});

test('the embedded engine writes no log tables of its own', async () => {
  await queries.searchTraces({
    from: Date.now() - MINUTE,
    to: Date.now(),
    status: 'any',
    order: 'newest',
    attributes: [],
    limit: 10,
  });
  expect(
    await collector.rows("SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'"),
  ).toEqual([]);
});
