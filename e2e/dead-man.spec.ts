import {
  FAULT_CATALOGUE,
  type FaultInterval,
  type FaultTarget,
  type FaultType,
  LEASE_TTL_MS,
  type TargetKind,
} from '@stormglass/agents/contract';
import { SHOP } from '../scripts/plan.ts';
import { call } from './api.ts';
import { expect, type System, test } from './system.ts';

/**
 * A dashboard that dies or hangs ends every fault: faults are armed on the real shop, the dashboard is killed or stopped, and
 * each fault has to be gone within its lease, read back, with nothing left. `npm test` arms one of each family at once;
 * `npm run campaign -- dead-man` arms each type alone (or those of STORMGLASS_TYPES), both ways, STORMGLASS_ROUNDS times.
 */
const ROUNDS = Number(process.env.STORMGLASS_ROUNDS ?? 0);
const TYPES = (process.env.STORMGLASS_TYPES?.split(',') ?? Object.keys(FAULT_CATALOGUE)) as FaultType[];
/** Network faults need the proxy, which this system does not have; `agents/host` proves their leases. */
const FAMILIES: readonly FaultType[] = [
  ...(['latency', 'pool_exhaustion', 'message_delay', 'process_pause'] as const),
  ...(['cpu_burn', 'clock_skew', 'registry_blank', 'retry_storm'] as const),
];
/** Beyond the lease: an undo has to be done and read back, on a busy machine. */
const UNDO_MS = 3_000;
/** What a schema wants and no default can know. */
const WANTED: Partial<Record<FaultType, object>> = {
  lock_contention: { table: 'saga' },
  discovery_stale: { entry: 'payments' },
};
type Cut = 'SIGKILL' | 'SIGSTOP';

const SERVICES = [...new Set([...SHOP.map(({ service }) => service), 'loadgen'])];

async function targetsOf({ dashboard }: System, kind: TargetKind): Promise<FaultTarget[]> {
  switch (kind) {
    case 'edge':
      return [{ kind, from: 'gateway', to: 'orders' }];
    case 'point':
      return [];
    case 'consumer':
    case 'producer': {
      const { queues } = await call(dashboard, 'queues');
      return queues.flatMap(({ queue }) => SERVICES.map((service) => ({ kind, service, queue })));
    }
    case 'proxy':
      return [...SERVICES, 'broker'].map((service) => ({ kind, service }));
    default:
      return [...SERVICES, 'broker'].map((service) => ({ kind, service }));
  }
}

/** Arms one fault of that type on the first target that takes it; null when none does. */
async function arm(system: System, type: FaultType): Promise<string | null> {
  for (const kind of FAULT_CATALOGUE[type].targets) {
    for (const target of await targetsOf(system, kind)) {
      const spec = { action: { type, ...WANTED[type] }, target, durationMs: 300_000, reason: 'dead man' };
      const armed = await call(system.dashboard, 'armFault', { input: { spec } }).catch(() => null);
      if (armed?.fault) return armed.fault.faultId;
    }
  }
  return null;
}

/** Takes the dashboard away, and brings it back when every lease must have run out; epoch ms of the cut. */
async function cutOff(system: System, cut: Cut): Promise<number> {
  const pid = system.processes.get('web') ?? 0;
  const seen = system.events.length;
  const at = Date.now();
  process.kill(pid, cut);
  if (cut === 'SIGSTOP') {
    await expect.poll(() => Date.now() - at, { timeout: 60_000 }).toBeGreaterThan(LEASE_TTL_MS + UNDO_MS);
    process.kill(pid, 'SIGCONT');
  } else {
    const healthy = () =>
      system.events
        .slice(seen)
        .some((e) => e.event === 'process' && e.name === 'web' && e.state === 'healthy');
    await expect.poll(healthy, { timeout: 60_000 }).toBe(true);
  }
  return at;
}

/** Ended and read back; on a busy machine an agent may come back after the dashboard has given up waiting for it. */
async function ended(system: System, ids: readonly string[]): Promise<FaultInterval[]> {
  const find = async () => {
    const { faults } = await call(system.dashboard, 'faults');
    return faults.filter(
      ({ faultId, endedAt, reverted }) => ids.includes(faultId) && endedAt !== null && reverted !== null,
    );
  };
  await expect.poll(async () => (await find()).length, { timeout: 60_000 }).toBe(ids.length);
  return find();
}

/** Nothing that was armed is left: no lease is held, and every process of the shop answers. */
async function noResidue(system: System): Promise<void> {
  const held = async () => (await call(system.dashboard, 'agents')).agents.flatMap(({ leases }) => leases);
  await expect.poll(held, { timeout: 30_000 }).toEqual([]);
  const silent = async () => {
    const answers = await Promise.all(
      SHOP.map(async ({ name }) => {
        const signal = AbortSignal.timeout(2_000);
        const answer = await fetch(`${system.urlOf(name)}/healthz`, { signal }).catch(() => null);
        return answer?.ok ? [] : [name];
      }),
    );
    return answers.flat();
  };
  await expect.poll(silent, { timeout: 60_000 }).toEqual([]);
}

async function prove(system: System, types: readonly FaultType[], cut: Cut): Promise<FaultType[]> {
  const armed: string[] = [];
  const nobody: FaultType[] = [];
  for (const type of types) {
    const faultId = await arm(system, type);
    if (faultId === null) nobody.push(type);
    else armed.push(faultId);
  }
  if (armed.length === 0) return nobody;
  const cutAt = await cutOff(system, cut);
  for (const { spec, endedAt, reverted, readBack } of await ended(system, armed)) {
    const what = `${spec.action.type} after ${cut}: ${readBack}`;
    expect(reverted, what).toBe(true);
    expect((endedAt ?? 0) - cutAt, what).toBeLessThan(LEASE_TTL_MS + UNDO_MS);
  }
  await noResidue(system);
  return nobody;
}

test('A dead dashboard ends faults of every family by their leases, and leaves nothing', async ({
  system,
}) => {
  test.setTimeout(300_000);
  expect(await prove(system, FAMILIES, 'SIGKILL')).toEqual([]);
});

test('Every type of fault ends with its lease, whether the dashboard dies or hangs', async ({ system }) => {
  test.skip(ROUNDS === 0, 'a campaign');
  test.setTimeout(24 * 3_600_000);
  const nobody = new Set<FaultType>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const type of TYPES) {
      for (const cut of ['SIGKILL', 'SIGSTOP'] as const) {
        for (const missing of await prove(system, [type], cut)) nobody.add(missing);
      }
    }
  }
  test.info().annotations.push({ type: 'nobody can inject', description: [...nobody].join(', ') });
});
