import { randomFillSync, randomInt } from 'node:crypto';

/** Other ones in each process, so that nobody outside can look for names that fall together. */
export const SEED = randomInt(2 ** 32);
/** For each byte. The bytes themselves would meet only eight bits of the seed, which can be guessed. */
const SECRETS = randomFillSync(new Int32Array(256));

/** FNV-1a over the secrets of some bytes, continuing `hash`. */
export function mix(hash: number, bytes: Uint8Array, from: number, to: number): number {
  let h = hash;
  for (let at = from; at < to; at++) h = Math.imul(h ^ (SECRETS[bytes[at] ?? 0] ?? 0), 16_777_619);
  return h;
}
