import { MAX_FAULT_MS, StormglassError } from '../../contract/index.ts';
import type { Effect, Injector, ReadBack } from '../../node/leases.ts';
import { freePort } from '../free-port.ts';
import { demand, type HostParts, target, wrongAction } from '../injectors.ts';
import type { ManagedProcess } from '../managed-process.ts';
import type { Supervisor } from '../supervisor.ts';
import { bringBack } from './hold-down.ts';

/** Another number of processes until the lease ends. Those that are started here are ours, and end with the launcher. */
export function scaleInjector(parts: HostParts): Injector {
  const { supervisor } = parts;
  return {
    capabilities: ['process_scale:process'],
    arm: async (grip): Promise<Effect> => {
      const { action } = grip.lease.spec;
      if (action.type !== 'process_scale') throw wrongAction(grip);
      const { spec } = target(supervisor, grip.lease.spec);
      const present = supervisor.ofService(spec.service);
      const surplus = present.slice(action.replicas).reverse();
      const missing = action.replicas - present.length;
      if (missing > 0 && spec.replica === undefined) throw single(spec.service);
      demand(grip);
      for (const managed of surplus) if (managed.pid !== null) managed.end('SIGTERM', MAX_FAULT_MS);
      const names = await more(supervisor, spec.service, missing);
      return { end: () => putBack(supervisor, surplus, names) };
    },
  };
}

/** Started, not necessarily healthy: that is theirs to become. */
async function more(supervisor: Supervisor, service: string, missing: number): Promise<string[]> {
  const present = supervisor.ofService(service);
  const replica = present[0]?.spec.replica;
  const names: string[] = [];
  for (let n = present.length + 1; names.length < missing && replica !== undefined; n++) {
    const spec = replica(n, await freePort());
    if (supervisor.names().includes(spec.name)) continue;
    supervisor.start(spec).catch(() => undefined);
    names.push(spec.name);
  }
  return names;
}

async function putBack(
  supervisor: Supervisor,
  surplus: readonly ManagedProcess[],
  names: readonly string[],
): Promise<ReadBack> {
  const [backs] = await Promise.all([Promise.all(surplus.map(bringBack)), supervisor.stop(names)]);
  const missing = backs.filter(({ reverted }) => !reverted).length;
  return {
    words: `${surplus.length - missing} of ${surplus.length} brought back, ${names.length} more ended`,
    reverted: missing === 0,
  };
}

function single(service: string): StormglassError {
  return new StormglassError(
    'fault_unsupported',
    `${service} cannot run more often than it does`,
    'Ask for fewer replicas, or give it a port in the file of services.',
  );
}
