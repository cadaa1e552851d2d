import { MAX_FAULT_MS } from '../../contract/index.ts';
import type { Effect, Injector } from '../../node/leases.ts';
import { already, demand, type HostParts, runs, target } from '../injectors.ts';
import type { ManagedProcess } from '../managed-process.ts';

/** The process is killed and stays away until the lease ends: whoever calls it is refused at once. */
export function holdDownInjector(parts: HostParts): Injector {
  return {
    capabilities: ['token_authority_down:process', 'broker_outage:process'],
    arm: (grip): Effect => {
      const managed = target(parts.supervisor, grip.lease.spec);
      if (managed.pid === null) throw already(`${managed.spec.name} is down`);
      demand(grip);
      managed.end('SIGKILL', MAX_FAULT_MS);
      return { end: () => bringBack(managed) };
    },
  };
}

/** Healthy it need not be yet: a halt does not wait for a service to become ready. */
export async function bringBack(managed: ManagedProcess) {
  managed.restartNow();
  try {
    await managed.whenRunning();
  } catch (error) {
    // The launcher is going down: nothing is left to restart.
    return { words: String(error), reverted: true };
  }
  return runs(managed, `pid ${managed.pid} runs`);
}
