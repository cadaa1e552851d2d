import type { Injector } from '../../node/leases.ts';
import { type HostParts, killInjector, outageInjector, pauseInjector } from '../injectors.ts';
import { tableLockInjector } from '../table-lock.ts';
import { diskFullInjector } from './disk-full.ts';
import { holdDownInjector } from './hold-down.ts';
import { rollingRestartInjector } from './rolling-restart.ts';
import { scaleInjector } from './scale.ts';
import { terminateInjector } from './terminate.ts';

/** All that a host does; what is done to databases only where there is a server to do it to. */
export function hostInjectors(parts: HostParts, adminUrl: string | null): Injector[] {
  const { gate } = parts;
  const databases =
    gate === null || adminUrl === null ? [] : [outageInjector(parts, gate), tableLockInjector(adminUrl)];
  return [
    killInjector(parts),
    pauseInjector(parts),
    terminateInjector(parts),
    rollingRestartInjector(parts),
    scaleInjector(parts),
    holdDownInjector(parts),
    diskFullInjector(parts),
    ...databases,
  ];
}
