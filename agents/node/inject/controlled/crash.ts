import { CONTROL, StormglassError } from '../../../contract/index.ts';
import { demand } from '../demand.ts';
import type { ControlPlan } from './plan.ts';

/** The process dies where its code passes the point; what armed it dies with it. */
export const processCrash: ControlPlan = {
  needs: ['crash.list', 'crash.arm'],
  apply: async (action, ask) => {
    const { point } = demand(action, 'process_crash');
    const { result } = CONTROL['crash.list'];
    const { points } = result.parse(await ask('crash.list', {}));
    if (!points.includes(point)) {
      throw new StormglassError(
        'target_absent',
        `this process has no point ${point}`,
        `It has ${points.join(', ') || 'none so far'}.`,
      );
    }
    await ask('crash.arm', { point });
    return async () => {
      const { armed } = result.parse(await ask('crash.arm', { point: null }));
      return { words: armed === null ? 'no point armed' : `${armed} is armed`, reverted: armed === null };
    };
  },
};
