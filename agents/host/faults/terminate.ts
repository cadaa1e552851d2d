import type { Effect, Injector } from '../../node/leases.ts';
import { demand, down, type HostParts, target, wrongAction } from '../injectors.ts';
import { bringBack } from './hold-down.ts';

/** SIGTERM: the process may finish what it does. The supervisor starts it again after `restartAfterMs`. */
export function terminateInjector(parts: HostParts): Injector {
  return {
    capabilities: ['process_terminate:process'],
    arm: (grip): Effect => {
      const { faultId, spec } = grip.lease;
      if (spec.action.type !== 'process_terminate') throw wrongAction(grip);
      const managed = target(parts.supervisor, spec);
      if (managed.pid === null) throw down(managed);
      demand(grip);
      managed.end('SIGTERM', spec.action.restartAfterMs);
      let ended = false;
      managed.whenHealthy().then(
        () => {
          if (!ended) parts.onOver(faultId);
        },
        () => undefined,
      );
      return {
        end: () => {
          ended = true;
          return bringBack(managed);
        },
      };
    },
  };
}
