import type { Effect, Injector } from '../../node/leases.ts';
import { demand, type HostParts, runs, target } from '../injectors.ts';
import type { ManagedProcess } from '../managed-process.ts';

/** Every instance once, gracefully, the next one when the last is healthy again. Over by itself. */
export function rollingRestartInjector(parts: HostParts): Injector {
  return {
    capabilities: ['process_restart:process'],
    arm: (grip): Effect => {
      const { faultId, spec } = grip.lease;
      const first = target(parts.supervisor, spec);
      const instance = 'instance' in spec.target ? spec.target.instance : undefined;
      const all = parts.supervisor.ofService(first.spec.service, instance);
      demand(grip);
      const over = new AbortController();
      const rolling = roll(all, over.signal);
      rolling.then(
        () => {
          if (!over.signal.aborted) parts.onOver(faultId);
        },
        () => undefined,
      );
      return {
        end: async () => {
          over.abort();
          for (const managed of all) managed.restartNow();
          await Promise.all(all.map((managed) => managed.whenRunning().catch(() => undefined)));
          const running = all.filter((managed) => runs(managed, '').reverted).length;
          return { words: `${running} of ${all.length} run`, reverted: running === all.length };
        },
      };
    },
  };
}

async function roll(all: readonly ManagedProcess[], over: AbortSignal): Promise<void> {
  for (const managed of all) {
    if (over.aborted) return;
    if (managed.pid !== null) managed.end('SIGTERM', 0);
    await managed.whenHealthy();
  }
}
