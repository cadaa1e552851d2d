import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { serverSpan, startCollector, type TestCollector } from '../testing/collector.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { openTelemetry } from '../window/telemetry.ts';

const TOKEN = 'a-long-token-of-this-test';
const TRACE = 'ab'.repeat(16);
const dir = tempDir();
let collector: TestCollector;
let dashboard: TestDashboard;
let closed: TestDashboard;
beforeAll(async () => {
  collector = await startCollector(`${dir.path}/collector`);
  const telemetry = openTelemetry(collector.env.CLICKHOUSE_URL, collector.env.CLICKHOUSE_PASSWORD);
  dashboard = await startDashboard({ dataDir: `${dir.path}/web`, env: collector.env, telemetry });
  const env = { ...collector.env, STORMGLASS_LOGIN_TOKEN: TOKEN };
  closed = await startDashboard({ dataDir: `${dir.path}/closed`, env });
  await collector.send('traces', serverSpan({ traceId: TRACE }));
  await vi.waitUntil(async () => (await dashboard.send('GET', `/api/v3/traces/${TRACE}`)).status === 200, {
    timeout: 15_000,
  });
});
afterAll(async () => {
  await Promise.all([dashboard.close(), closed.close()]);
  await collector.stop();
  dir.remove();
});

test('a Jaeger UI needs no secret on loopback: new API at the root and on the base path, the older one there', async () => {
  const services = { services: ['gateway'] };
  expect(await dashboard.send('GET', '/api/v3/services')).toMatchObject({ status: 200, body: services });
  expect(await dashboard.send('GET', '/jaeger/api/v3/services')).toMatchObject({ body: services });
  const older = await dashboard.send('GET', `/jaeger/api/traces/${TRACE}`);
  expect(older).toMatchObject({ status: 200, body: { data: [{ traceID: TRACE }], errors: null } });
  // The dashboard's own answer of this name stays its own.
  expect(await dashboard.send('GET', `/api/traces/${TRACE}`)).toMatchObject({ body: { spanCount: 1 } });
});

test('where there is a login, a data source sends the token as a bearer', async () => {
  for (const path of ['/api/v3/services', '/jaeger/api/services', `/api/export/traces/${TRACE}`]) {
    expect(await closed.send('GET', path)).toMatchObject({ status: 401 });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect(await closed.send('GET', path, { headers })).toMatchObject({ status: 200 });
  }
});

test('other web pages cannot read, and nobody can write', async () => {
  const headers = { origin: 'http://localhost:9' };
  expect(await dashboard.send('GET', '/api/v3/services', { headers })).toMatchObject({ status: 403 });
  expect(await dashboard.send('POST', '/api/v3/traces', { body: {} })).toMatchObject({ status: 405 });
});

test('exports a trace, and all that a search finds, as lines of OTLP JSON', async () => {
  const one = await dashboard.send('GET', `/api/export/traces/${TRACE}`);
  expect(one.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  expect(JSON.parse(String(one.body))).toMatchObject({
    resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE }] }] }],
  });
  const q = (search: object) => `/api/export/traces?q=${encodeURIComponent(JSON.stringify(search))}`;
  const range = { from: Date.now() - 60_000, to: Date.now() + 60_000 };
  expect((await dashboard.send('GET', q(range))).body).toBe(one.body);
  expect((await dashboard.send('GET', q({ ...range, service: 'nobody' }))).body).toBe('');
  expect(await dashboard.send('GET', q({ from: 'x' }))).toMatchObject({ status: 400 });
  expect(await dashboard.send('GET', '/api/export/traces?q={')).toMatchObject({ status: 400 });
});

test('exports all that was recorded in a range, and says what it wants otherwise', async () => {
  const recording = (query: string) => dashboard.send('GET', `/api/export/recording?${query}`);
  const { status, headers, body } = await recording(`from=${Date.now() - 60_000}&to=${Date.now() + 60_000}`);
  expect([status, headers.get('content-disposition')]).toEqual([
    200,
    expect.stringContaining('recording.jsonl'),
  ]);
  const lines = String(body).trimEnd().split('\n');
  expect(lines.map((line) => Object.keys(JSON.parse(line))[0])).toEqual([
    'stormglassRecording',
    'resourceSpans',
  ]);
  expect(await recording('run=nobody')).toMatchObject({ status: 404 });
  for (const wrong of [
    '',
    'from=1',
    'from=2&to=1',
    'from=x&to=y',
    'from=0&to=1e30',
    `from=0&to=${Date.now()}`,
  ])
    expect(await recording(wrong)).toMatchObject({ status: 400 });
  expect(await closed.send('GET', '/api/export/recording?run=x')).toMatchObject({ status: 401 });
});
