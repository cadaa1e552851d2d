import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TraceLine } from '../../contract/trace.ts';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, kv, post, type SpanInit, traceRequest } from '../testing/requests.ts';
import type { TelemetryQueries } from './index.ts';

const SPANS = 100_000;
const id = hexId(1, 16);
const start = Date.now() - 60_000;
let collector: TestCollector;
let queries: TelemetryQueries;

/** A root of 10 s and 99,999 calls one after the other below it, a tenth of a millisecond each; many start together. */
function span(n: number): SpanInit {
  const parent = n === 0 ? {} : { parentSpanId: hexId(1, 8) };
  return {
    ...{ traceId: id, spanId: hexId(n + 1, 8), ...parent, name: n === 0 ? 'batch' : 'item', kind: 1 },
    startMs: start + Math.floor(n / 5000) * 500,
    durationMs: n === 0 ? 10_000 : 0.1,
    attributes: [kv('item', n), kv('note', 'x'.repeat(200))],
  };
}

beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  for (let from = 0; from < SPANS; from += 5000) {
    const spans = Array.from({ length: 5000 }, (_, i) => span(from + i));
    const service = from === 0 ? 'batch' : `worker-${(from / 5000) % 3}`;
    expect((await post(collector.otlp, 'traces', traceRequest(service, spans))).status).toBe(200);
  }
  await eventually('everything loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
}, 120_000);
afterAll(async () => {
  await queries.close();
  await collector.dispose();
});

async function head(lines: AsyncGenerator<TraceLine> | null): Promise<TraceLine> {
  const first = await lines?.next();
  if (first === undefined || first.done === true) throw new Error('no line');
  return first.value;
}

test('a trace of 100,000 spans comes whole, each span once and in order, its count before the first', async () => {
  const lines = await queries.traceLines(id);
  expect(await head(lines)).toEqual({
    ...{ type: 'trace', traceId: id, spanCount: SPANS },
    ...{ startNs: `${start}000000`, durationNs: 10_000e6 },
  });
  const seen = new Set<string>();
  let last = -1;
  let end = 0;
  for await (const line of lines ?? []) {
    if (line.type === 'span') {
      seen.add(line.span.spanId);
      expect(line.span.offsetNs).toBeGreaterThanOrEqual(last);
      last = line.span.offsetNs;
    } else if (line.type === 'end') end = line.spans;
  }
  expect([seen.size, end]).toEqual([SPANS, SPANS]);
}, 120_000);

test('whoever leaves in the middle ends the queries: the next page is never asked for', async () => {
  const gone = new AbortController();
  const lines = await queries.traceLines(id, gone.signal);
  await head(lines);
  gone.abort();
  await expect(lines?.next()).rejects.toMatchObject({ name: 'AbortError' });
});

test('the whole trace in one answer is cut, and says so', async () => {
  const detail = await queries.trace(id);
  expect([detail?.spanCount, detail?.spans.length, detail?.truncated]).toEqual([SPANS, 20_000, true]);
});

test('its critical path is as long as its root', async () => {
  const path = await queries.tracePath(id);
  expect(path).toMatchObject({ spanCount: SPANS, spansRead: SPANS, durationNs: 10_000e6 });
  expect(path?.services[0]?.service).toBe('batch');
  expect(path?.services.reduce((sum, s) => sum + s.durationNs, 0)).toBe(10_000e6);
});

test('of an unknown trace there is neither', async () => {
  expect(await queries.traceLines(hexId(9, 16))).toBeNull();
  expect(await queries.tracePath(hexId(9, 16))).toBeNull();
});
