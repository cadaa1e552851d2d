import { setTimeout as delay } from 'node:timers/promises';
import { FaultSpec } from '../agents/contract/index.ts';
import { ExperimentSpec } from '../chaos/contract/index.ts';
import { runExperiment } from '../chaos/engine/index.ts';
import { TestAgent } from '../web/server/testing/agent.ts';
import { serverSpan, startCollector } from '../web/server/testing/collector.ts';
import { startDashboard, tempDir } from '../web/server/testing/dashboard.ts';
import { percentile, report } from './figure.ts';
import { until } from './probe.ts';

/**
 * Bad batch to revoked lease: a request of telemetry with the effect that is one too many is posted to the collector; the
 * clock runs from its acknowledgement until the agent has ended its lease. Other telemetry comes in beside it.
 */
const ROUNDS = 60;
const BACKGROUND_EVERY_MS = 20;

const range = (low: number, high: number) => ({
  type: 'range' as const,
  range: [low, high] as [number, number],
});
const SLI = { service: 'gateway', metric: 'availability', window: 30 };
const SPEC = ExperimentSpec.parse({
  title: 'guarded',
  description: 'a fault whose first effect is one too many',
  sli: SLI,
  'steady-state-hypothesis': {
    title: 'answers',
    probes: [{ type: 'probe', name: 'ok', provider: { type: 'sli', query: SLI }, tolerance: range(0, 1) }],
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
        }),
      },
    },
  ],
  guards: [
    { name: 'none', watch: { type: 'blast', of: 'requests' }, tolerance: range(0, 0) },
    { name: 'errors', query: { ...SLI, metric: 'error_rate' }, tolerance: range(0, 0.9) },
  ],
});

export async function run(): Promise<void> {
  const dirs = [tempDir(), tempDir()] as const;
  const collector = await startCollector(dirs[0].path);
  const dashboard = await startDashboard({
    dataDir: dirs[1].path,
    env: collector.env,
    runExperiment: (request) => runExperiment({ ...request, settings: { steadyHoldMs: 0 } }),
    loadExperiments: async () => ({ experiments: [{ id: 'g', path: 'g.yaml', spec: SPEC }], refused: [] }),
  });
  const agent = await new TestAgent(dashboard.url).connected();
  const background = setInterval(() => void collector.send('traces', serverSpan()), BACKGROUND_EVERY_MS);
  const samples: number[] = [];
  try {
    await delay(5_000);
    for (let round = 0; round < ROUNDS; round++) {
      // Receipts of an earlier round would be counted as long as they are in the same second.
      await delay(1_100);
      samples.push(await oneRound(round));
    }
  } finally {
    clearInterval(background);
    agent.close();
    await dashboard.close();
    await collector.stop();
    for (const dir of dirs) dir.remove();
  }
  const params = { rounds: ROUNDS, spansPerSecond: 1_000 / BACKGROUND_EVERY_MS };
  const say = (figure: string, value: number, goal: string | null) =>
    report({ bench: 'guards', figure, value, unit: 'ms', goal, params });
  say('bad batch to revoked lease p50', percentile(samples, 0.5), null);
  say('bad batch to revoked lease p99', percentile(samples, 0.99), '<= 500');

  async function oneRound(round: number): Promise<number> {
    const started = await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'g' });
    const faultId = await until('the lease', 30_000, () => [...agent.leases.keys()][0] ?? null);
    const before = agent.ended.length;
    // Between two ticks of the engine, wherever that is.
    await delay((round * 137) % 500);
    await collector.send(
      'traces',
      serverSpan({ service: 'payments', attributes: { 'chaos.fault.id': faultId } }),
    );
    const sent = performance.now();
    while (agent.ended.length === before) await delay(1);
    const took = performance.now() - sent;
    await until('the verdict', 30_000, async () => {
      const { verdict } = await dashboard.call('run', 'GET', `/api/runs/${started.id}`);
      return verdict;
    });
    return took;
  }
}
