import type { Clock } from './clock.ts';

/** For gauges which seldom change: they are told when they do, and again after a while for whoever came later. */
export class Seldom {
  readonly #everyMs: number;
  readonly #clock: Clock;
  #told = '';
  #at = 0;

  constructor(everyMs: number, clock: Clock) {
    this.#everyMs = everyMs;
    this.#clock = clock;
  }

  /** Whether `values` are to be told now; then they count as told. */
  isDue(values: unknown): boolean {
    const now = this.#clock.now();
    const text = JSON.stringify(values);
    if (text === this.#told && now - this.#at < this.#everyMs) return false;
    this.#told = text;
    this.#at = now;
    return true;
  }
}
