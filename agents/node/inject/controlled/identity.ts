import { CONTROL } from '../../../contract/index.ts';
import { demand } from '../demand.ts';
import type { ControlPlan } from './plan.ts';

/** Beyond any tolerance for clocks that differ. */
const EXPIRED_S = -120;

/** It stays: what is read back is that there is a key to sign with. */
export const keyRotated: ControlPlan = {
  needs: ['keys.rotate'],
  stays: true,
  apply: async (action, ask) => {
    const { withdraw } = demand(action, 'key_rotated');
    const { kid } = CONTROL['keys.rotate'].result.parse(await ask('keys.rotate', { withdraw }));
    return async () => ({ words: `signs with key ${kid}, which stays`, reverted: true });
  },
};

export const tokenExpired: ControlPlan = {
  needs: ['tokens.set'],
  apply: async (action, ask) => {
    demand(action, 'token_expired');
    await ask('tokens.set', { lifeS: EXPIRED_S });
    return async () => {
      const { lifeS } = CONTROL['tokens.set'].result.parse(await ask('tokens.set', { lifeS: null }));
      return { words: `life of tokens ${lifeS ?? 'its own'}`, reverted: lifeS === null };
    };
  },
};

export const clockSkew: ControlPlan = {
  needs: ['clock.set'],
  apply: async (action, ask) => {
    await ask('clock.set', { offsetMs: demand(action, 'clock_skew').offsetMs });
    return async () => {
      const { offsetMs } = CONTROL['clock.set'].result.parse(await ask('clock.set', { offsetMs: 0 }));
      return { words: `clock off by ${offsetMs} ms`, reverted: offsetMs === 0 };
    };
  },
};
