import { FaultSpec } from '@stormglass/agents/contract';
import { ExperimentSpec } from '@stormglass/chaos/contract';
import { type RunExperiment, runExperiment } from '@stormglass/chaos/engine';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { serverSpan, startCollector, type TestCollector } from '../testing/collector.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';

const SLI = { service: 'gateway', metric: 'availability', window: 60 };
const SPEC = ExperimentSpec.parse({
  title: 'Payments are slow',
  description: 'guarded',
  sli: SLI,
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [
      { type: 'probe', name: 'good', provider: { type: 'sli', query: SLI }, tolerance: range(0.9, 1) },
    ],
  },
  method: [
    {
      type: 'action',
      name: 'slow',
      provider: {
        type: 'fault',
        spec: FaultSpec.parse({
          action: { type: 'latency' },
          target: { kind: 'service', service: 'payments' },
          durationMs: 600_000,
        }),
      },
    },
  ],
  guards: [{ name: 'few', watch: { type: 'blast', of: 'requests' }, tolerance: range(0, 2) }],
});

function range(low: number, high: number) {
  return { type: 'range' as const, range: [low, high] as [number, number] };
}

/** Time stands still for the run while the fault is on: nothing but the stream can end it. */
const timeless: RunExperiment = (request) => {
  const { clock, ports } = request;
  const released = Promise.withResolvers<void>();
  let armed = false;
  return runExperiment({
    ...request,
    settings: { steadyHoldMs: 0 },
    clock: { now: clock.now, sleep: (ms, signal) => (armed ? released.promise : clock.sleep(ms, signal)) },
    ports: {
      ...ports,
      arm: async (spec, run) => {
        const answer = await ports.arm(spec, run);
        armed = true;
        return answer;
      },
      release: async (faultId) => {
        const end = await ports.release(faultId);
        armed = false;
        released.resolve();
        return end;
      },
    },
  });
};

let dirs: ReturnType<typeof tempDir>[];
let collector: TestCollector;
let dashboard: TestDashboard;
let agent: TestAgent;

beforeEach(async () => {
  dirs = [tempDir(), tempDir()];
  collector = await startCollector(dirs[0]?.path ?? '');
  dashboard = await startDashboard({
    dataDir: dirs[1]?.path ?? '',
    env: collector.env,
    runExperiment: timeless,
    loadExperiments: async () => ({
      experiments: [{ id: 'slow', path: 'slow.yaml', spec: SPEC }],
      refused: [],
    }),
  });
  agent = await new TestAgent(dashboard.url).connected();
}, 60_000);
afterEach(async () => {
  agent.close();
  await dashboard.close();
  await collector.stop();
  for (const dir of dirs) dir.remove();
});

test('a guard ends a run at the batch of telemetry that breaks it, and the lease is revoked', async () => {
  const good = () => collector.send('traces', serverSpan({ endMs: Date.now() - 2_000 }));
  await eventually(async () => {
    for (let i = 0; i < 5; i++) await good();
    const { services } = await dashboard.call(
      'services',
      'GET',
      `/api/services?from=${Date.now() - 60_000}&to=${Date.now()}`,
    );
    expect(services.find(({ service }) => service === 'gateway')?.calls).toBeGreaterThan(5);
  });
  const run = await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow' });
  await eventually(() => expect(agent.leases.size).toBe(1));
  const [faultId] = agent.leases.keys();
  const hurt = () =>
    collector.send(
      'traces',
      serverSpan({ service: 'payments', attributes: { 'chaos.fault.id': faultId ?? '' } }),
    );
  const seen = async (count: number) =>
    eventually(async () => {
      const { timeline } = await dashboard.call(
        'timeline',
        'GET',
        `/api/timeline?from=${Date.now() - 60_000}&to=${Date.now()}`,
      );
      expect(timeline.traffic.reduce((sum, cell) => sum + cell.receipts, 0)).toBe(count);
    });
  for (let count = 1; count <= 2; count++) {
    await hurt();
    await seen(count);
    expect(agent.leases.size).toBe(1);
  }
  await hurt();
  await eventually(() => expect(agent.ended.map(({ reason }) => reason)).toEqual(['released']));
  const ended = await eventually(async () => {
    const now = await dashboard.call('run', 'GET', `/api/runs/${run.id}`);
    expect(now.verdict).toBe('aborted');
    return now;
  });
  expect(ended.why).toContain('3 calls and messages carry a receipt');
  expect(ended.events.filter((event) => event.type === 'guard' && event.tripped)).toHaveLength(1);
}, 120_000);
