import { setTimeout as delay } from 'node:timers/promises';
import { type System, startSystem } from '../e2e/system.ts';
import { report } from './figure.ts';
import { api } from './probe.ts';
import { usageByProcess } from './processes.ts';

/**
 * Memory and CPU of every process, idle and at the load that `npm start` places. Memory is PSS (each page shared by n processes
 * counts 1/n), so that the sum over processes is what the machine really gave. Linux only: it reads /proc.
 */
const SETTLE_MS = 20_000;
const WATCH_MS = 20_000;

/** Orders answered so far, by how they ended, as the load generator saw them. */
async function served(system: System): Promise<{ answered: number; failed: number }> {
  const stats = (await (await fetch(`${system.urlOf('loadgen')}/stats`)).json()) as Record<string, number>;
  const of = (name: string) => stats[name] ?? 0;
  return { answered: of('confirmed') + of('pending') + of('refused'), failed: of('failed') + of('overflow') };
}

async function watch(system: System, load: string): Promise<void> {
  await delay(SETTLE_MS);
  const before = usageByProcess(system);
  const orders = await served(system);
  await delay(WATCH_MS);
  const after = usageByProcess(system);
  const then = await served(system);
  const params = { load, seconds: WATCH_MS / 1000 };
  let [memory, cpu] = [0, 0];
  for (const [name, usage] of after) {
    const cores = (usage.cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)) / (WATCH_MS / 1000);
    memory += usage.pssMb;
    cpu += cores;
    report({
      bench: 'footprint',
      figure: `${name} memory`,
      value: usage.pssMb,
      unit: 'MB',
      goal: null,
      params,
    });
    report({
      bench: 'footprint',
      figure: `${name} CPU`,
      value: cores * 100,
      unit: '% of a core',
      goal: null,
      params,
    });
  }
  for (const kind of ['answered', 'failed'] as const) {
    report({
      bench: 'footprint',
      figure: `orders ${kind}`,
      value: (then[kind] - orders[kind]) / (WATCH_MS / 1000),
      unit: '1/s',
      goal: null,
      params,
    });
  }
  const ours = (after.get('web')?.pssMb ?? 0) + (after.get('collector')?.pssMb ?? 0);
  report({
    bench: 'footprint',
    figure: 'dashboard + collector memory',
    value: ours,
    unit: 'MB',
    goal: '<= 900',
    params,
  });
  report({
    bench: 'footprint',
    figure: 'everything memory',
    value: memory,
    unit: 'MB',
    goal: '<= 2500',
    params,
  });
  report({
    bench: 'footprint',
    figure: 'everything CPU',
    value: cpu * 100,
    unit: '% of a core',
    goal: null,
    params,
  });
}

export async function run(): Promise<void> {
  const system = await startSystem();
  try {
    await api(system.dashboard, 'POST', '/api/controls/loadgen/load.set', { input: { rate: 0 } });
    await watch(system, 'idle');
    await api(system.dashboard, 'POST', '/api/controls/loadgen/load.set', { input: { rate: 5 } });
    await watch(system, '5 orders/s');
  } finally {
    await system.stop();
  }
}
