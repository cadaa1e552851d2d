import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { serverSpan, startCollector, type TestCollector } from '../testing/collector.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { openTelemetry } from '../window/telemetry.ts';

const dir = tempDir();
let collector: TestCollector;
let dashboard: TestDashboard;
beforeAll(async () => {
  collector = await startCollector(`${dir.path}/collector`);
  dashboard = await startDashboard({
    dataDir: `${dir.path}/web`,
    env: { ...collector.env, STORMGLASS_OTLP_HTTP: collector.otlp },
    telemetry: openTelemetry(collector.env.CLICKHOUSE_URL, collector.env.CLICKHOUSE_PASSWORD),
  });
});
afterAll(async () => {
  await dashboard.close();
  await collector.stop();
  dir.remove();
});

const view = () => dashboard.call('attach', 'GET', '/api/attach');

test('who attaches a service learns where to send, what came, and why something was refused', async () => {
  expect(await view()).toMatchObject({ otlpHttp: collector.otlp, rejected: {}, misdirected: 0 });
  await collector.send('traces', serverSpan());
  await fetch(`${collector.otlp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: 'spans',
  });
  await vi.waitUntil(async () => (await view()).rejected.unsupported_media_type === 1);
  expect((await view()).received.traces).toBe(1);
});

test("telemetry that comes to the dashboard's port is sent to the right one, and counted", async () => {
  const { status, body } = await dashboard.send('POST', '/v1/traces', { body: serverSpan() });
  expect(status).toBe(404);
  expect(JSON.stringify(body)).toContain(`Send it to ${collector.otlp}.`);
  expect((await view()).misdirected).toBe(1);
});
