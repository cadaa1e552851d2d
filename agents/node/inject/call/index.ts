import type { CallAction } from '../../../contract/index.ts';
import { corrupt } from './corrupt.ts';
import type { CallEffect, EffectOf } from './effect.ts';
import { error } from './error.ts';
import { hang } from './hang.ts';
import { latency } from './latency.ts';
import { reset } from './reset.ts';
import { throttle } from './throttle.ts';
import { truncate } from './truncate.ts';

export { type CallEffect, CutShort } from './effect.ts';
export { pause } from './pause.ts';
export { resetByPeer } from './reset.ts';

const EFFECTS: { [Type in CallAction['type']]: EffectOf<Type> } = {
  latency,
  error,
  hang,
  reset,
  throttle,
  truncate,
  corrupt,
};

/** What an action does to one call. */
export function effectOf<Type extends CallAction['type']>(
  action: Extract<CallAction, { type: Type }>,
  drawn: number,
): CallEffect {
  const make: EffectOf<Type> = EFFECTS[action.type as Type];
  return make(action, drawn);
}
