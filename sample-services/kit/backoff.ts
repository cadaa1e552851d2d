import { protects } from './protections.ts';
import type { Random } from './random.ts';

/** The part of a pause that is waited: anything from 0 to 1, and all of it without the protection `jitter`. */
export function spread(random: Random): number {
  return protects('jitter') ? random() : 1;
}

/** The pause before the next attempt, ms: a part of base * 2^attempt, or of `capMs` if that is less. `attempt` counts from 0. */
export function backoff(random: Random, attempt: number, baseMs: number, capMs: number): number {
  return Math.floor(spread(random) * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20)));
}
