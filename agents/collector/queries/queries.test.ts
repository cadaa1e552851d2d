import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVENT, RECEIPT_ATTR, SAGA_ATTR } from '../../contract/telemetry.ts';
import { type SagaFilter, TraceSearch } from '../../contract/trace.ts';
import { eventually, SECRET, TestCollector } from '../testing/collector.ts';
import { hexId, kv, logRequest, post, traceRequest } from '../testing/requests.ts';
import { createQueries, type TelemetryQueries } from './index.ts';

let collector: TestCollector;
let queries: TelemetryQueries;
const now = Date.now();
const range = { from: now - 120_000, to: now + 60_000 };

const ids = {
  fast: hexId(1, 16),
  failed: hexId(2, 16),
  hurt: hexId(3, 16),
  consumer: hexId(4, 16),
  old: hexId(5, 16),
};
const http = (route: string, status: number) => [
  kv('http.request.method', 'POST'),
  kv('http.route', route),
  kv('http.response.status_code', status),
];

async function seed(): Promise<void> {
  const root = (traceId: string, n: number) => ({ traceId, spanId: hexId(n, 8), startMs: now - n * 1000 });
  const gateway = traceRequest('gateway', [
    { ...root(ids.fast, 10), durationMs: 20, attributes: http('/orders', 201) },
    { ...root(ids.failed, 11), durationMs: 900, status: 2, attributes: http('/orders', 503) },
    {
      ...root(ids.hurt, 12),
      durationMs: 300,
      attributes: [...http('/carts', 200), kv('tenant', 'acme'), kv('size', 7)],
    },
    { ...root(ids.old, 10), startMs: now - 3_600_000, attributes: http('/orders', 201) },
  ]);
  const payments = traceRequest('payments', [
    {
      ...{
        traceId: ids.hurt,
        spanId: hexId(20, 8),
        parentSpanId: hexId(12, 8),
        startMs: now - 11_900,
        durationMs: 250,
      },
      attributes: [
        ...http('/charges', 200),
        kv(RECEIPT_ATTR.faultId, 'fault-9'),
        kv(RECEIPT_ATTR.duration, 0.2),
      ],
    },
  ]);
  const worker = traceRequest('notifications', [
    { ...root(ids.consumer, 9), kind: 5, links: [{ traceId: ids.fast, spanId: hexId(10, 8) }] },
  ]);
  for (const body of [gateway, payments, worker]) await post(collector.otlp, 'traces', body);
  const sagas = logRequest('orders', sagaEvents());
  // The second as after a kill: nobody knew what of it was stored.
  for (const _ of [1, 2]) await post(collector.otlp, 'logs', sagas);
}

function sagaEvents() {
  const event = (saga: string, eventName: string, agoMs: number, more: ReturnType<typeof kv>[] = []) => ({
    ...{ atMs: now - agoMs, eventName, traceId: ids.fast },
    attributes: [
      kv(SAGA_ATTR.id, saga),
      kv(SAGA_ATTR.type, 'create-order'),
      kv(SAGA_ATTR.order, `order-${saga}`),
      ...more,
    ],
  });
  const step = (name: string) => kv(SAGA_ATTR.step, name);
  return [
    event('s1', EVENT.sagaStarted, 9000, [kv(SAGA_ATTR.amount, 84.9)]),
    event('s1', EVENT.sagaStepIntent, 8900, [step('reserve')]),
    event('s1', EVENT.sagaStepCompleted, 8800, [step('reserve')]),
    event('s1', EVENT.sagaCompleted, 8000, [kv(SAGA_ATTR.outcome, 'confirmed')]),
    event('s2', EVENT.sagaStarted, 7000),
    event('s2', EVENT.sagaStepFailed, 6900, [step('charge')]),
    event('s2', EVENT.sagaCompensationStarted, 6800),
    event('s3', EVENT.sagaStarted, 5000),
    event('s4', EVENT.sagaStarted, 4000),
    event('s4', EVENT.sagaStuck, 3000),
    // It goes on trying.
    event('s4', EVENT.sagaCompensationStarted, 2900),
    event('s4', EVENT.sagaStepAmbiguous, 2800, [step('charge')]),
    event('s5', EVENT.sagaStarted, 3500),
    event('s5', EVENT.sagaStuck, 3000),
    event('s5', EVENT.sagaResolved, 2900, [step('charge')]),
    { atMs: now, traceId: ids.fast, body: 'order taken' },
  ];
}

beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  await seed();
  await eventually('everything loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
});
afterAll(async () => {
  await queries.close();
  await collector.dispose();
});

describe('trace search', () => {
  const search = async (conditions: Partial<TraceSearch>) =>
    (await queries.searchTraces(TraceSearch.parse({ ...range, ...conditions }))).traces.map((t) => t.traceId);

  test('finds the traces of a range, newest first', async () => {
    expect(await search({})).toEqual([ids.consumer, ids.fast, ids.failed, ids.hurt]);
  });
  test('names a trace by its root, else by the first span that came in, else by its first', async () => {
    const minute = { from: now - 3_600_000 * 3, to: now - 3_600_000 * 2 };
    const at = (ms: number) => ({ startMs: minute.from + ms, durationMs: 5 });
    const inner = (trace: number, n: number) => ({
      ...{ traceId: hexId(trace, 16), spanId: hexId(n, 8), parentSpanId: hexId(99, 8) },
    });
    const bodies = [
      traceRequest('orders', [
        { ...inner(71, 31), ...at(50), kind: 3, name: 'call' },
        { ...inner(72, 32), ...at(70), kind: 3, name: 'later' },
      ]),
      traceRequest('payments', [{ ...inner(71, 33), ...at(60), kind: 2, attributes: http('/charges', 200) }]),
      traceRequest('shipping', [{ ...inner(72, 34), ...at(65), kind: 1, name: 'first' }]),
      traceRequest('gateway', [
        { ...inner(73, 35), ...at(80), kind: 2, attributes: http('/inner', 200) },
        { traceId: hexId(73, 16), spanId: hexId(36, 8), ...at(90), name: 'root' },
      ]),
    ];
    for (const body of bodies) await post(collector.otlp, 'traces', body);
    await eventually('loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
    const { traces } = await queries.searchTraces(TraceSearch.parse(minute));
    expect(traces.map((t) => [t.rootService, t.rootName])).toEqual([
      ['gateway', 'root'],
      ['shipping', 'first'],
      ['payments', 'POST /charges'],
    ]);
  });
  test('orders by duration', async () => {
    expect(await search({ order: 'slowest', limit: 2 })).toEqual([ids.failed, ids.hurt]);
  });
  test.each<[string, Partial<TraceSearch>, (keyof typeof ids)[]]>([
    ['by service', { service: 'payments' }, ['hurt']],
    ['by operation', { operation: 'POST /orders' }, ['fast', 'failed']],
    ['by error', { status: 'error' }, ['failed']],
    ['by no error and service', { status: 'ok', service: 'gateway' }, ['fast', 'hurt']],
    ['by duration', { minDurationMs: 100, maxDurationMs: 500 }, ['hurt']],
    ['by fault', { faultId: 'fault-9' }, ['hurt']],
    ['by an attribute', { attributes: [{ key: 'tenant', op: '=', value: 'acme' }] }, ['hurt']],
    ['by a number', { attributes: [{ key: 'http.response.status_code', op: '>', value: 500 }] }, ['failed']],
    ['by presence', { attributes: [{ key: 'size', op: 'exists' }] }, ['hurt']],
    [
      'by two attributes of one span',
      {
        attributes: [
          { key: 'tenant', op: '=', value: 'acme' },
          { key: 'size', op: '<', value: 8 },
        ],
      },
      ['hurt'],
    ],
    [
      'by two attributes of different spans: none',
      {
        attributes: [
          { key: 'tenant', op: '=', value: 'acme' },
          { key: RECEIPT_ATTR.faultId, op: 'exists' },
        ],
      },
      [],
    ],
    ['by a value that tries to be SQL: none', { service: "x' OR 1=1 --" }, []],
  ])('%s', async (_name, conditions, expected) => {
    expect(await search(conditions)).toEqual(expected.map((key) => ids[key]));
  });

  test('says when more matched, and summarises across services', async () => {
    const result = await queries.searchTraces(TraceSearch.parse({ ...range, limit: 1 }));
    expect(result.truncated).toBe(true);
    const [hurt] = (await queries.searchTraces(TraceSearch.parse({ ...range, faultId: 'fault-9' }))).traces;
    expect(hurt).toMatchObject({
      ...{
        rootService: 'gateway',
        rootName: 'POST /carts',
        spanCount: 2,
        errorCount: 0,
        faultIds: ['fault-9'],
      },
      ...{ services: ['gateway', 'payments'], startMs: now - 12_000, durationMs: 350 },
    });
  });
});

test('a trace shows the consumer that links to it, and its log records', async () => {
  const detail = await queries.trace(ids.fast);
  expect(detail?.linkedTraceIds).toEqual([ids.consumer]);
  expect(detail?.logs.map((l) => l.body || l.eventName)).toContain('order taken');
});

test('sagas have the status their events say', async () => {
  const found = await queries.sagas({ ...range, limit: 100 });
  expect(found.map((s) => [s.sagaId, s.status])).toEqual([
    ['s5', 'running'],
    ['s4', 'stuck'],
    ['s3', 'running'],
    ['s2', 'compensating'],
    ['s1', 'confirmed'],
  ]);
  expect(found[4]).toMatchObject({
    lastStep: 'reserve',
    events: 4,
    amount: 84.9,
    startedAt: now - 9000,
    endedAt: now - 8000,
  });
  expect((await queries.sagas({ ...range, limit: 10, status: 'stuck' })).map((s) => s.sagaId)).toEqual([
    's4',
  ]);
  expect((await queries.sagas({ ...range, limit: 10, text: 'ORDER-s2' })).map((s) => s.sagaId)).toEqual([
    's2',
  ]);
});

test('sagas are filtered by what they are, cost and took, and read on page by page', async () => {
  const ids = async (conditions: Partial<SagaFilter>) =>
    (await queries.sagas({ ...range, limit: 10, ...conditions })).map((s) => s.sagaId);
  expect(await ids({ type: 'return-order' })).toEqual([]);
  expect(await ids({ type: 'create-order', step: 'reserve' })).toEqual(['s1']);
  expect(await ids({ minAmount: 80 })).toEqual(['s1']);
  expect(await ids({ minAmount: 85 })).toEqual([]);
  // Ended after a second; the others have lasted until the end of the range.
  expect(await ids({ minDurationMs: 1_001 })).not.toContain('s1');
  expect(await ids({ minDurationMs: 1_000, status: 'confirmed' })).toEqual(['s1']);
  expect(await ids({ limit: 2 })).toEqual(['s5', 's4']);
  expect(await ids({ limit: 2, before: now - 4_000 })).toEqual(['s3', 's2']);
});

test('a range that ends earlier shows sagas as they were then', async () => {
  const then = await queries.sagas({ ...range, to: now - 8_500, limit: 10 });
  expect(then.map((s) => [s.sagaId, s.status, s.endedAt])).toEqual([['s1', 'running', null]]);
});

test('one saga comes with its journal in order', async () => {
  const saga = await queries.saga('s1');
  expect(saga?.journal.map((e) => e.event)).toEqual([
    'started',
    'step_intent',
    'step_completed',
    'completed',
  ]);
  expect(await queries.saga('unknown')).toBeNull();
});

test('services, versions, operations and receipts', async () => {
  expect(await queries.services(range)).toContainEqual({ service: 'gateway', versions: ['1.2.3'] });
  expect(await queries.operations('gateway', range)).toEqual(['POST /carts', 'POST /orders']);
  const receipts = await queries.receipts('fault-9', range, 10);
  expect(receipts).toMatchObject([
    { service: 'payments', operation: 'POST /charges', injectedMs: 200, traceId: ids.hurt },
  ]);
});

test('a step of a timeline adds up its seconds', async () => {
  const fine = await queries.timeline(range, 1);
  const coarse = await queries.timeline(range, 60);
  const calls = (cells: { calls: number }[]) => cells.reduce((n, c) => n + c.calls, 0);
  expect(calls(coarse.traffic)).toBe(calls(fine.traffic));
  expect(coarse.traffic.every((c) => c.second % 60 === 0)).toBe(true);
});

test('readers cannot write, reach files or addresses, or lift a limit, whatever they send', async () => {
  const target = join(tmpdir(), 'stormglass-not-written');
  for (const sql of [
    'DROP TABLE otel_traces',
    "INSERT INTO otel_logs (Body) VALUES ('x')",
    'SET readonly = 0',
    'SELECT 1 SETTINGS max_execution_time = 1000',
    `SELECT * FROM file('${import.meta.filename}', 'LineAsString')`,
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    `INSERT INTO FUNCTION file('${target}', 'CSV', 'a Int8') VALUES (1)`,
    `SELECT 1 /* ' */ INTO OUTFILE '${target}' -- '`,
  ]) {
    await expect(collector.rows(sql), sql).rejects.toThrow(/readonly/i);
  }
  expect(existsSync(target)).toBe(false);
});

test('a bad query has a status, a code and a text', async () => {
  const response = await fetch(`${collector.store}/?query=SELEC%201`, {
    headers: { 'x-clickhouse-key': SECRET },
  });
  expect(response.status).toBe(400);
  expect(response.headers.get('x-clickhouse-exception-code')).toBe('62');
  expect(await response.text()).toMatch(/^Code: 62\. DB::Exception: Syntax error/);
});

test('the endpoint wants the secret', async () => {
  const stranger = createQueries({ url: collector.store, username: 'stormglass', password: 'wrong' });
  await expect(stranger.services(range)).rejects.toThrow(/Authentication failed/);
  await stranger.close();
});

test('an unreachable store is an error with its own code', async () => {
  const nobody = createQueries({ url: 'http://127.0.0.1:1', username: 'stormglass', password: 'x' });
  await expect(nobody.services(range)).rejects.toMatchObject({ code: 'store_unavailable' });
  await expect(nobody.stats()).rejects.toMatchObject({ code: 'store_unavailable' });
  await nobody.close();
});

test('large answers arrive whole', async () => {
  const rows = await collector.rows<{ n: number }>(
    "SELECT number AS n, repeat('x', 100) AS pad FROM numbers(200000)",
  );
  expect(rows.length).toBe(200_000);
  expect(rows.at(-1)?.n).toBe(199_999);
});
