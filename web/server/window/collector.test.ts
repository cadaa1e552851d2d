import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverSpan, startCollector, type TestCollector } from '../testing/collector.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { openTelemetry } from './telemetry.ts';

const data = tempDir();
const state = tempDir();
let collector: TestCollector;
let dashboard: TestDashboard;

const open = () =>
  startDashboard({
    dataDir: state.path,
    env: collector.env,
    telemetry: openTelemetry(collector.env.CLICKHOUSE_URL, collector.env.CLICKHOUSE_PASSWORD),
  });

beforeAll(async () => {
  collector = await startCollector(data.path);
  dashboard = await open();
  await eventually(async () =>
    expect((await dashboard.call('health', 'GET', '/api/health')).store.reachable).toBe(true),
  );
});
afterAll(async () => {
  await dashboard.close();
  await collector.stop();
  data.remove();
  state.remove();
});

async function calls(service: string): Promise<number> {
  const now = Date.now();
  const { services } = await dashboard.call(
    'services',
    'GET',
    `/api/services?from=${now - 600_000}&to=${now + 5_000}`,
  );
  return services.find((row) => row.service === service)?.calls ?? 0;
}

describe('with the real collector', () => {
  test('a span is in the live window as soon as it is acknowledged', async () => {
    await collector.send('traces', serverSpan({ service: 'live-one' }));
    await eventually(async () => expect(await calls('live-one')).toBe(1));
  });

  test('a trace can be searched and read', async () => {
    const traceId = crypto.randomUUID().replaceAll('-', '');
    await collector.send('traces', serverSpan({ service: 'searched', traceId, route: '/found' }));
    const search = JSON.stringify({ from: Date.now() - 60_000, to: Date.now() + 5_000, service: 'searched' });
    const path = `/api/traces?q=${encodeURIComponent(search)}`;
    await eventually(async () =>
      expect((await dashboard.call('traces', 'GET', path)).traces.map((t) => t.traceId)).toEqual([traceId]),
    );
    const trace = await dashboard.call('trace', 'GET', `/api/traces/${traceId}`);
    expect(trace.spans[0]).toMatchObject({ service: 'searched', name: 'POST /found', kind: 'server' });
  });

  test('a dashboard that restarts has its history, once', async () => {
    const endMs = Date.now() - 30_000;
    for (let i = 0; i < 3; i++) await collector.send('traces', serverSpan({ service: 'restarted', endMs }));
    await eventually(async () => expect(await calls('restarted')).toBe(3));
    await dashboard.close();
    dashboard = await open();
    await eventually(async () => expect(await calls('restarted')).toBe(3));
    const now = Date.now();
    const { timeline } = await dashboard.call(
      'timeline',
      'GET',
      `/api/timeline?from=${now - 3_600_000}&to=${now}`,
    );
    const cells = timeline.traffic.filter((cell) => cell.service === 'restarted');
    expect(cells.reduce((sum, cell) => sum + cell.calls, 0)).toBe(3);
  });

  test('sagas and unknown ids are answered', async () => {
    const range = `from=${Date.now() - 60_000}&to=${Date.now()}`;
    expect(await dashboard.call('sagas', 'GET', `/api/sagas?${range}`)).toEqual({
      sagas: [],
      truncated: false,
    });
    expect((await dashboard.send('GET', '/api/sagas/none')).status).toBe(404);
    expect((await dashboard.send('GET', `/api/traces/${'0'.repeat(31)}1`)).status).toBe(404);
  });
});
