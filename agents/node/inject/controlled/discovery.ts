import { CONTROL } from '../../../contract/index.ts';
import { demand } from '../demand.ts';
import type { ControlPlan } from './plan.ts';

const { result } = CONTROL['directory.set'];

export const discoveryStale: ControlPlan = {
  needs: ['directory.set'],
  apply: async (action, ask) => {
    await ask('directory.set', { stale: demand(action, 'discovery_stale').entry });
    return async () => {
      const { stale } = result.parse(await ask('directory.set', { stale: null }));
      return { words: `stale entry: ${stale ?? 'none'}`, reverted: stale === null };
    };
  },
};

export const registryBlank: ControlPlan = {
  needs: ['directory.set'],
  apply: async (action, ask) => {
    demand(action, 'registry_blank');
    await ask('directory.set', { blank: true });
    return async () => {
      const { blank } = result.parse(await ask('directory.set', { blank: false }));
      return { words: blank ? 'still blank' : 'names its services again', reverted: !blank };
    };
  },
};
