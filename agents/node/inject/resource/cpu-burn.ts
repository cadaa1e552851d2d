import type { Effect, Grip, Injector } from '../../leases.ts';
import { standing } from '../../standing.ts';
import { demand } from '../demand.ts';
import { HarmThread } from './thread.ts';

const FILE = new URL('cpu-thread.ts', import.meta.url);

/** Threads of this process compute for nothing. They die with it. */
export const cpuBurn: Injector = {
  capabilities: ['cpu_burn:service'],
  arm: async (grip: Grip): Promise<Effect> => {
    const { spec, ttlMs } = grip.lease;
    const { cores, load } = demand(spec.action, 'cpu_burn');
    const threads = Array.from({ length: cores }, () => new HarmThread(FILE, { load }, ttlMs));
    const end = () => Promise.all(threads.map((thread) => thread.end()));
    try {
      await Promise.all(threads.map((thread) => thread.ready()));
    } catch (error) {
      await end();
      throw error;
    }
    return standing(grip, async () => {
      await end();
      return { words: `${cores} threads ended`, reverted: true };
    });
  },
};
