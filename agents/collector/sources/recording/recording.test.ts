import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TraceSearch } from '../../../contract/trace.ts';
import { createReaders } from '../../readers/index.ts';
import { eventually, SECRET, TestCollector } from '../../testing/collector.ts';
import { hexId, kv, post, traceRequest } from '../../testing/requests.ts';
import { type ImportOptions, importRecording, schedule } from './import.ts';
import { moveInstants, type RecordedLine } from './scan.ts';

let dir: string;
const after: (() => unknown)[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stormglass-recording-'));
});
afterEach(async () => {
  for (const undo of after.splice(0)) await undo();
  await rm(dir, { recursive: true, force: true });
});

async function recording(lines: string[]): Promise<string> {
  const file = join(dir, 'recording.jsonl');
  await writeFile(file, lines.join('\n'));
  return file;
}
const importing = (file: string, url: string, more: Partial<ImportOptions> = {}) =>
  importRecording({
    ...{ file, to: { url, key: undefined }, speed: 'max', shiftToNow: false },
    ...{ interrupted: new AbortController().signal, ...more },
  });

const SPAN = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), name: 'a' };
const line = (startTimeUnixNano: string, endTimeUnixNano: string, name = 'a') =>
  JSON.stringify({
    resourceSpans: [{ scopeSpans: [{ spans: [{ ...SPAN, name, startTimeUnixNano, endTimeUnixNano }] }] }],
  });

/** A receiver which answers as told, once each, and 200 after that. */
async function receiver(answers: { status: number; headers?: Record<string, string>; body?: string }[]) {
  const got: { path: string; body: string; headers: IncomingHttpHeaders }[] = [];
  const server: Server = createServer(async (request, response) => {
    got.push({ path: request.url ?? '', body: await text(request), headers: request.headers });
    const { status, headers = {}, body = '{}' } = answers.shift() ?? { status: 200 };
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after.push(() => server.close());
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Columns that are stored for a span, but for the times of storing it. */
const STORED = 'SELECT * FROM otel_traces ORDER BY TraceId, SpanId FORMAT JSONEachRow';

test('what is exported and imported into a fresh collector is stored as the identical spans', async () => {
  const [one, two] = await Promise.all([TestCollector.start(), TestCollector.start()]);
  after.push(() => Promise.all([one.dispose(), two.dispose()]));
  const now = Date.now() - 60_000;
  const attributes = [
    ...[kv('text', 'ü "q"'), kv('int', 42), kv('double', 0.1), kv('yes', true), kv('empty', '')],
    kv('wide', { int_value: '-9223372036854775808' }),
    kv('whole', { double_value: 3 }),
    kv('infinite', { double_value: Number.POSITIVE_INFINITY }),
    kv('bytes', { bytes_value: Buffer.from([0, 254]) }),
    kv('nothing', {}),
    kv('list', { array_value: { values: [{ int_value: '9007199254740993' }, { double_value: 0.5 }, {}] } }),
    kv('map', { kvlist_value: { values: [kv('inner', { array_value: { values: [] } })] } }),
  ];
  for (let trace = 1; trace <= 30; trace += 1) {
    const traceId = hexId(trace, 16);
    const spans = [
      { traceId, spanId: hexId(1, 8), startMs: now + trace * 100, status: trace % 3, attributes },
      { traceId, spanId: hexId(2, 8), parentSpanId: hexId(1, 8), kind: 3, startMs: now + trace * 100 + 3 },
      {
        traceId,
        spanId: hexId(3, 8),
        startMs: now,
        durationMs: -5,
        links: [{ traceId, spanId: hexId(1, 8) }],
      },
    ];
    const body = traceRequest(`service-${trace % 3}`, spans);
    expect((await post(one.otlp, 'traces', body)).status).toBe(200);
  }
  const stored = (collector: TestCollector) =>
    eventually('90 spans', async () => {
      const rows = await collector.rows<Record<string, unknown>>(STORED);
      return rows.length === 90 ? rows : null;
    });
  const original = await stored(one);

  const readers = createReaders({ url: one.store, username: 'stormglass', password: SECRET });
  after.push(() => readers.close());
  const lines: string[] = [];
  const { limit: _, ...all } = TraceSearch.parse({ from: now - 1000, to: now + 60_000 });
  for await (const exported of readers.exportSearch(all)) lines.push(exported.trimEnd());
  expect(lines).toHaveLength(30);

  const imported = await importing(await recording(lines), two.otlp);
  expect(imported).toMatchObject({ lines: 30, items: { traces: 90, logs: 0, metrics: 0 }, rejected: 0 });
  expect(await stored(two)).toEqual(original);
}, 120_000);

describe('sending', () => {
  test('repeats what is refused for now, after the time the receiver names', async () => {
    const { got, url } = await receiver([
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 503, headers: { 'retry-after': 'Sat, 01 Jan 2000 00:00:00 GMT' } },
      { status: 502 },
    ]);
    expect(await importing(await recording([line('1', '2')]), url)).toMatchObject({ lines: 1 });
    expect(got.map((request) => request.path)).toEqual(Array(4).fill('/v1/traces'));
    expect(new Set(got.map((request) => request.body)).size).toBe(1);
  });

  test('gives up at once on what can never be taken, and says which line', async () => {
    const { got, url } = await receiver([
      { status: 200 },
      { status: 400, body: '{"code":3,"message":"spans[0] is wrong"}' },
    ]);
    const file = await recording([line('1', '2'), '', line('3', '4')]);
    const error = await importing(file, url).then(
      () => null,
      (e: Error) => e.message,
    );
    expect(error).toMatch(/recording\.jsonl:[13]: http.* answered 400: spans\[0\] is wrong/);
    expect(got).toHaveLength(2);
  });

  test('shows the key, and counts what was rejected', async () => {
    const body = '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no id"}}';
    const { got, url } = await receiver([{ status: 200, body }]);
    const to = { url, key: 'secret' };
    expect(await importing(await recording([line('1', '2')]), url, { to })).toMatchObject({
      ...{ rejected: 1, reasons: ['no id'] },
    });
    expect(got[0]?.headers.authorization).toBe('Bearer secret');
  });

  test('checks the whole file before anything is sent', async () => {
    const { got, url } = await receiver([]);
    const wrong = { '{"resourceSpans":[': /:2: not JSON/, '{"spans":[]}': /:2: no export request/ };
    for (const [bad, message] of Object.entries(wrong))
      await expect(importing(await recording([line('1', '2'), bad]), url)).rejects.toThrow(message);
    await expect(importing(join(dir, 'none.jsonl'), url)).rejects.toThrow(/none.jsonl cannot be read/);
    expect(got).toEqual([]);
  });

  test('shifted to now, the newest span ends now and every distance stays', async () => {
    const { got, url } = await receiver([]);
    const began = BigInt(Date.now()) * 1_000_000n;
    const file = await recording([line('5000000000', '9000000001', 'b'), line('1000000000', '2000000000')]);
    await importing(file, url, { shiftToNow: true });
    const times = got
      .flatMap(({ body }) =>
        [...body.matchAll(/TimeUnixNano":"(\d+)"/g)].map((found) => BigInt(found[1] ?? 0)),
      )
      .sort((a, b) => Number(a - b));
    expect(times.map((time) => time - (times[0] ?? 0n))).toEqual([
      0n,
      1_000_000_000n,
      4_000_000_000n,
      8_000_000_001n,
    ]);
    expect(times.at(-1)).toBeGreaterThanOrEqual(began);
    expect(times.at(-1)).toBeLessThanOrEqual(BigInt(Date.now()) * 1_000_000n);
  });
});

describe('the schedule of a replay', () => {
  const at = (number: number, time: bigint | null): RecordedLine => ({
    ...{ number, time, offset: 0, length: 0, signal: 'traces', items: 1 },
  });
  const lines = [at(1, 9_000_000_000n), at(2, 1_000_000_000n), at(3, null), at(4, 3_000_000_000n)];
  const nowMs = 100_000;

  test('keeps the recorded gaps, or divides them', () => {
    const turns = (speed: number) =>
      schedule(lines, { speed, shiftToNow: false, nowMs }).map((turn) => [
        turn.line.number,
        turn.afterMs,
        turn.moveNs,
      ]);
    expect(turns(1)).toEqual([
      [2, 0, 0n],
      [3, 0, 0n],
      [4, 2000, 0n],
      [1, 8000, 0n],
    ]);
    expect(turns(10).map(([, afterMs]) => afterMs)).toEqual([0, 0, 200, 800]);
    expect(schedule(lines, { speed: 'max', shiftToNow: false, nowMs }).every((t) => t.afterMs === 0)).toBe(
      true,
    );
  });

  test('shifted to now, each line ends when it is sent', () => {
    for (const speed of [1, 10])
      for (const {
        line: { time },
        afterMs,
        moveNs,
      } of schedule(lines, { speed, shiftToNow: true, nowMs }))
        if (time !== null) expect(time + moveNs).toBe(BigInt(nowMs + afterMs) * 1_000_000n);
  });
});

test('only instants are moved, to the nanosecond, and 0 stays no time', () => {
  const body =
    '{"a":"\\"timeUnixNano\\":5","key":"timeUnixNano","timeUnixNano": "1795000000123456789","end_time_unix_nano":7,' +
    '"observedTimeUnixNano":"0"}';
  expect(moveInstants(body, 1n)).toBe(
    body.replace('456789', '456790').replace('"end_time_unix_nano":7', '"end_time_unix_nano":8'),
  );
});
