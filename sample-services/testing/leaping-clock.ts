import type { Clock } from '../kit/clock.ts';

/** Time that leaps over every sleep: who sleeps is awake at once and is written down. */
export class LeapingClock implements Clock {
  #now = 1_700_000_000_000;
  /** Milliseconds of each sleep so far. */
  readonly slept: number[] = [];

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.#now += ms;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
