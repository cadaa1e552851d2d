import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { serverSpan, startCollector, type TestCollector } from '../testing/collector.ts';
import { stormglass } from '../testing/command-line.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { openTelemetry } from '../window/telemetry.ts';

let dirs: ReturnType<typeof tempDir>[];
let collector: TestCollector;
let dashboard: TestDashboard;
let agent: TestAgent;

beforeEach(async () => {
  dirs = [tempDir(), tempDir()];
  collector = await startCollector(dirs[0]?.path ?? '');
  const { CLICKHOUSE_URL, CLICKHOUSE_PASSWORD } = collector.env;
  dashboard = await startDashboard({
    dataDir: dirs[1]?.path ?? '',
    env: collector.env,
    telemetry: openTelemetry(CLICKHOUSE_URL, CLICKHOUSE_PASSWORD),
  });
  agent = await new TestAgent(dashboard.url).connected();
}, 60_000);
afterEach(async () => {
  agent.close();
  await dashboard.close();
  await collector.stop();
  for (const dir of dirs) dir.remove();
});

const POOL = (value: number, name: string, state?: string) => ({
  name,
  sum: {
    aggregationTemporality: 2,
    isMonotonic: false,
    dataPoints: [
      {
        timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`,
        asInt: String(value),
        attributes: [
          { key: 'db.client.connection.pool.name', value: { stringValue: 'payments_db' } },
          ...(state ? [{ key: 'db.client.connection.state', value: { stringValue: state } }] : []),
        ],
      },
    ],
  },
});

test('a service is diagnosed from its traces, pools and faults, in the API and on the command line', async () => {
  const attributes = [
    { key: 'service.name', value: { stringValue: 'payments' } },
    { key: 'service.instance.id', value: { stringValue: 'payments-1' } },
  ];
  const metrics = [
    POOL(5, 'db.client.connection.count', 'used'),
    POOL(5, 'db.client.connection.max'),
    POOL(3, 'db.client.connection.pending_requests'),
  ];
  await collector.send('metrics', {
    resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }],
  });
  for (let i = 0; i < 6; i++) {
    const traceId = String(i).padStart(32, 'a');
    await collector.send(
      'traces',
      serverSpan({ service: 'payments', traceId, attributes: { 'http.response.status_code': 503 } }),
    );
  }
  const rules = async () =>
    (await dashboard.call('diagnose', 'GET', '/api/services/payments/diagnose')).suspicions.map(
      (s) => s.rule,
    );
  await eventually(async () => expect(await rules()).toContain('pool'));
  const spec = { action: { type: 'latency' }, target: { kind: 'service', service: 'payments' } };
  await dashboard.call('armFault', 'POST', '/api/faults', { spec });
  expect((await rules()).slice(0, 2)).toEqual(['active-fault', 'pool']);
  const said = await stormglass(dashboard.url, 'diagnose', 'payments');
  expect([said.code, said.out]).toEqual([
    1,
    expect.stringMatching(/^Most probably: .*armed on it.*\n.*97 %.*\n.*84 %/),
  ]);
  expect(JSON.parse((await stormglass(dashboard.url, 'diagnose', 'moon', '--json')).out).suspicions).toEqual(
    [],
  );
}, 60_000);

test('what the store does not answer is said, and the rest is judged all the same', async () => {
  await collector.stop('SIGKILL');
  const found = await dashboard.call('diagnose', 'GET', '/api/services/payments/diagnose');
  expect(found.blind.map((line) => line.split(':')[0])).toEqual(['traces', 'pools of connections']);
}, 60_000);
