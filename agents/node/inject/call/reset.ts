import type { EffectOf } from './effect.ts';

export const reset: EffectOf<'reset'> = () => ({ kind: 'reset' });

/** What a client sees when the other side cuts the connection. */
export function resetByPeer(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}
