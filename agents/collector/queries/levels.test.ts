import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT, INVARIANT_ATTR, METRIC } from '../../contract/telemetry.ts';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, kv, logRequest, metricRequest, post, traceRequest } from '../testing/requests.ts';
import type { TelemetryQueries } from './index.ts';

let collector: TestCollector;
let queries: TelemetryQueries;
const now = Date.now();
const MINUTE_MS = 60_000;
const range = { from: now - 60 * MINUTE_MS, to: now + MINUTE_MS };
let ids = 0;

/** Calls that a service served in the minutes around `atMs`, by one version of it. */
function served(service: string, version: string, atMs: number, failed: number, calls = 40): Uint8Array {
  const spans = Array.from({ length: calls }, (_, n) => {
    ids += 1;
    return {
      ...{
        traceId: hexId(ids, 16),
        spanId: hexId(ids, 8),
        name: 'GET /',
        kind: 2,
        status: n < failed ? 2 : 0,
      },
      ...{ startMs: atMs + n * 1000, durationMs: 20 },
    };
  });
  const body = Buffer.from(traceRequest(service, spans));
  // Versions of the builder's resource and this one have the same length.
  return Buffer.from(body.toString('latin1').replaceAll('1.2.3', version), 'latin1');
}

beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  const at = (minutesAgo: number) => now - minutesAgo * MINUTE_MS;
  const traces = [
    served('good', '1.0.0', at(30), 0),
    served('good', '1.0.1', at(25), 0),
    served('bad', '2.0.0', at(30), 0),
    served('bad', '2.0.1', at(25), 10),
    served('worse', '3.0.0', at(30), 20),
    served('worse', '3.0.1', at(25), 20),
    served('quiet', '4.0.0', at(30), 0, 3),
    served('quiet', '4.0.1', at(25), 3, 3),
    served('steady', '5.0.0', at(25), 0),
  ];
  for (const body of traces) expect((await post(collector.otlp, 'traces', body)).status).toBe(200);
  const invariant = (eventName: string, id: string, minutesAgo: number) => ({
    ...{ atMs: at(minutesAgo), eventName },
    attributes: [kv(INVARIANT_ATTR.id, id), kv(INVARIANT_ATTR.detail, `${id} at ${minutesAgo}`)],
  });
  const events = [
    invariant(EVENT.invariantViolated, 'I1', 20),
    invariant(EVENT.invariantRestored, 'I1', 18),
    invariant(EVENT.invariantViolated, 'I1', 10),
    invariant(EVENT.invariantViolated, 'I2', 5),
    invariant(EVENT.invariantRestored, 'I2', 4),
  ];
  await post(collector.otlp, 'logs', logRequest('auditor', events));
  const status = (id: string, now: string) =>
    ['ok', 'pending', 'violated'].map((each) => ({
      ...{ name: METRIC.invariantStatus, kind: 'sum' as const, atMs: at(3), value: Number(each === now) },
      attributes: [kv(INVARIANT_ATTR.id, id), kv(INVARIANT_ATTR.status, each)],
    }));
  const points = [...status('I1', 'violated'), ...status('I3', 'ok')];
  await post(collector.otlp, 'metrics', metricRequest('auditor', points));
  await eventually('loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
});
afterAll(async () => {
  await queries.close();
  await collector.dispose();
});

test('a new version is judged by the levels which its service held before', async () => {
  const { changes, failureRatio, truncated } = await queries.changes(range);
  expect(Object.fromEntries(changes.map((c) => [c.service, [c.from, c.to, c.verdict]]))).toEqual({
    good: ['1.0.0', '1.0.1', 'held'],
    bad: ['2.0.0', '2.0.1', 'failed'],
    // Broken before: its failures are not the change's.
    worse: ['3.0.0', '3.0.1', 'held'],
    quiet: ['4.0.0', '4.0.1', 'unknown'],
  });
  expect(failureRatio).toBeCloseTo(1 / 3);
  expect(truncated).toBe(false);
  const bad = changes.find((c) => c.service === 'bad');
  expect(bad).toMatchObject({ at: now - 25 * MINUTE_MS, before: { calls: 40, errors: 0 } });
  expect(bad).toMatchObject({ after: { calls: 40, errors: 10 } });
});

test('a version known before the range is no change in it', async () => {
  const { changes, failureRatio } = await queries.changes({ from: now - 20 * MINUTE_MS, to: range.to });
  expect([changes, failureRatio]).toEqual([[], null]);
});

test('a violation lasts until the auditor says that the invariant holds again', async () => {
  const { checked, violations, truncated } = await queries.invariants(range);
  expect(checked).toEqual(['I1', 'I3']);
  const minutes = (ms: number | null) => (ms === null ? null : Math.round((now - ms) / MINUTE_MS));
  expect(violations.map((v) => [v.id, minutes(v.at), minutes(v.restoredAt), v.detail])).toEqual([
    ['I1', 20, 18, 'I1 at 20'],
    ['I1', 10, null, 'I1 at 10'],
    ['I2', 5, 4, 'I2 at 5'],
  ]);
  expect(violations[0]?.service).toBe('auditor');
  expect(truncated).toBe(false);
});

test('what was violated before the range, and still is, is a violation in it', async () => {
  const { checked, violations } = await queries.invariants({ from: now - 4 * MINUTE_MS, to: now });
  expect(checked).toEqual(['I1', 'I3']);
  expect(violations.map(({ id, at, restoredAt }) => [id, at, restoredAt])).toEqual([
    ['I1', now - 3 * MINUTE_MS, null],
  ]);
});

test('where nobody checks nothing is said to hold', async () => {
  const before = { from: now - 300 * MINUTE_MS, to: now - 200 * MINUTE_MS };
  expect(await queries.invariants(before)).toEqual({ checked: [], violations: [], truncated: false });
});
