import type { FaultInterval } from '@stormglass/agents/contract';
import { startSystem } from '../e2e/system.ts';
import { percentile, report } from './figure.ts';
import { api, startProbe, until } from './probe.ts';

/**
 * Click to first receipt: from just before POST /api/faults until the first injected effect, as the injector reports
 * it, under a probe of 100 requests a second. One clock, since all processes are on one host.
 */
const ROUNDS = 40;
const PER_SECOND = 100;
const SPEC = {
  action: { type: 'latency', ms: 1 },
  target: { kind: 'service', service: 'gateway' },
  selector: { route: '/healthz', method: 'GET' },
  durationMs: 10_000,
  reason: 'benchmark: click to first receipt',
};

async function firstEffect(dashboard: string, faultId: string): Promise<number> {
  return until('the first effect', 5_000, async () => {
    const { faults } = await api<{ faults: FaultInterval[] }>(dashboard, 'GET', '/api/faults');
    return faults.find((fault) => fault.faultId === faultId)?.firstEffectAt ?? null;
  });
}

export async function run(): Promise<void> {
  const system = await startSystem({ args: ['--no-load'] });
  const probe = startProbe(system.gateway, '/healthz', PER_SECOND, () => undefined);
  const samples: number[] = [];
  try {
    for (let i = 0; i < ROUNDS; i++) {
      const clicked = Date.now();
      const { fault } = await api<{ fault: FaultInterval }>(system.dashboard, 'POST', '/api/faults', {
        spec: SPEC,
      });
      samples.push((await firstEffect(system.dashboard, fault.faultId)) - clicked);
      await api(system.dashboard, 'DELETE', `/api/faults/${fault.faultId}`);
    }
  } finally {
    await probe.stop();
    await system.stop();
  }
  const params = { rounds: ROUNDS, requestsPerSecond: PER_SECOND };
  report({
    bench: 'receipt',
    figure: 'click to first receipt p50',
    value: percentile(samples, 0.5),
    unit: 'ms',
    goal: null,
    params,
  });
  report({
    bench: 'receipt',
    figure: 'click to first receipt p95',
    value: percentile(samples, 0.95),
    unit: 'ms',
    goal: '<= 100',
    params,
  });
}
