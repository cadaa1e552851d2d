import { startSystem } from '../e2e/system.ts';
import { percentile, report } from './figure.ts';
import { api, startProbe, until } from './probe.ts';

/**
 * Stop-all to last effect, seen by a client that knows nothing of the fault: from just before POST /api/halt to the
 * last answer that carries the injected status.
 */
const ROUNDS = 20;
const PER_SECOND = 100;
const INJECTED = 418;
const SPEC = {
  action: { type: 'error', status: INJECTED },
  target: { kind: 'service', service: 'gateway' },
  selector: { route: '/healthz', method: 'GET' },
  durationMs: 60_000,
  reason: 'benchmark: stop-all to last effect',
};

export async function run(): Promise<void> {
  const system = await startSystem({ args: ['--no-load'] });
  let lastInjected = 0;
  let goodSince = 0;
  const probe = startProbe(system.gateway, '/healthz', PER_SECOND, ({ at, status }) => {
    if (status === INJECTED) {
      lastInjected = at;
      goodSince = 0;
    } else if (goodSince === 0) goodSince = at;
  });
  const samples: number[] = [];
  try {
    for (let i = 0; i < ROUNDS; i++) {
      const armed = Date.now();
      await api(system.dashboard, 'POST', '/api/faults', { spec: SPEC });
      await until('the first effect', 5_000, () => (lastInjected > armed ? true : null));
      const clicked = Date.now();
      await api(system.dashboard, 'POST', '/api/halt', { reason: 'benchmark' });
      await until('half a second without an effect', 5_000, () =>
        goodSince > 0 && Date.now() - goodSince > 500 ? true : null,
      );
      samples.push(Math.max(0, lastInjected - clicked));
      await api(system.dashboard, 'DELETE', '/api/halt');
    }
  } finally {
    await probe.stop();
    await system.stop();
  }
  const params = { rounds: ROUNDS, requestsPerSecond: PER_SECOND };
  report({
    bench: 'halt',
    figure: 'stop-all to last effect p50',
    value: percentile(samples, 0.5),
    unit: 'ms',
    goal: null,
    params,
  });
  report({
    bench: 'halt',
    figure: 'stop-all to last effect max',
    value: Math.max(...samples),
    unit: 'ms',
    goal: '<= 250',
    params,
  });
}
