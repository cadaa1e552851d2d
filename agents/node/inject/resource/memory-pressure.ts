import { StormglassError } from '../../../contract/index.ts';
import type { Effect, Grip, Injector } from '../../leases.ts';
import { standing } from '../../standing.ts';
import { demand } from '../demand.ts';
import { HarmThread } from './thread.ts';

const FILE = new URL('memory-thread.ts', import.meta.url);
const MIB = 1_048_576;
/** Of what the process can still get: the rest is for the machine, which shall not kill anybody for it. */
const SHARE = 0.8;

/** Memory of this process is taken, and kept outside of its heap. It is gone with the process. */
export const memoryPressure: Injector = {
  capabilities: ['memory_pressure:service'],
  arm: async (grip: Grip): Promise<Effect> => {
    const { spec, ttlMs } = grip.lease;
    const { bytes } = demand(spec.action, 'memory_pressure');
    const most = Math.floor(process.availableMemory() * SHARE);
    if (bytes > most) {
      throw new StormglassError(
        'fault_unsupported',
        `${mib(bytes)} are more than this process may take`,
        `Ask for ${mib(most)} at most.`,
      );
    }
    const thread = new HarmThread(FILE, { bytes }, ttlMs);
    try {
      await thread.ready();
    } catch (error) {
      await thread.end();
      throw error;
    }
    return standing(grip, async () => {
      await thread.end();
      return { words: `given back, ${mib(process.memoryUsage.rss())} resident`, reverted: true };
    });
  },
};

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
