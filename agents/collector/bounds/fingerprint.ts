import { randomInt } from 'node:crypto';

/** Another one in each process, so that nobody outside knows what falls together. */
export const SEED = randomInt(2 ** 32);

/** FNV-1a over some bytes, continuing `hash`. */
export function mix(hash: number, bytes: Uint8Array, from: number, to: number): number {
  let h = hash;
  for (let at = from; at < to; at++) h = Math.imul(h ^ (bytes[at] ?? 0), 16_777_619);
  return h;
}
