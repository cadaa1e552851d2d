import { StormglassError } from '../../contract/index.ts';
import type { Effect, Injector, ReadBack } from '../../node/leases.ts';
import { demand, type HostParts, target, wrongAction } from '../injectors.ts';
import { Ballast, ballastPath, demandRoom } from './ballast.ts';

/** A file takes the room in the service's own directory: as much as is asked for, or all there is. */
export function diskFullInjector(parts: HostParts): Injector {
  return {
    capabilities: ['disk_full:process'],
    arm: async (grip): Promise<Effect> => {
      const { faultId, spec } = grip.lease;
      if (spec.action.type !== 'disk_full') throw wrongAction(grip);
      const { directory, service } = target(parts.supervisor, spec).spec;
      if (directory === undefined) throw homeless(service);
      demandRoom(directory, spec.action.bytes);
      const path = ballastPath(directory, faultId);
      parts.journal.write(faultId, { kind: 'remove_ballast', path });
      const ballast = new Ballast(path);
      const end = async (): Promise<ReadBack> => {
        const gone = await ballast.remove();
        if (gone) parts.journal.done(faultId);
        return { words: gone ? `${path} is gone` : `${path} is still there`, reverted: gone };
      };
      try {
        await ballast.fill(spec.action.bytes);
        // The lease may have ended while we wrote: then nobody would call `end` any more.
        demand(grip);
      } catch (error) {
        await end();
        throw error;
      }
      return { end };
    },
  };
}

function homeless(service: string): StormglassError {
  return new StormglassError(
    'fault_unsupported',
    `${service} has no directory of its own`,
    'Name one as `directory` in the file of services.',
  );
}
