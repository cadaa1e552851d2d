import { type Clock, systemClock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import { nextGapMs } from './traffic.ts';

/**
 * Open loop: arrivals come at their own times, however slow the shop is, as customers do. A pause of this process is made
 * up for by at most one second's worth of arrivals; what lies further back is dropped and counted.
 */
export class Arrivals {
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #arrive: (at: number) => void;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #rate: number;
  #dropped = 0;

  /** `arrive` is told when each customer wanted to come, epoch ms; that may be a moment ago. */
  constructor(options: { rate: number; random: Random; arrive: (at: number) => void; clock?: Clock }) {
    this.#rate = options.rate;
    this.#random = options.random;
    this.#arrive = options.arrive;
    this.#clock = options.clock ?? systemClock;
  }

  /** Arrivals per second. */
  get rate(): number {
    return this.#rate;
  }

  get dropped(): number {
    return this.#dropped;
  }

  setRate(rate: number): void {
    this.#rate = rate;
    this.#wake.abort();
  }

  async run(): Promise<void> {
    let next = this.#clock.now();
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      if (this.#rate === 0) {
        await this.#clock.sleep(60_000, this.#wake.signal);
        next = this.#clock.now();
        continue;
      }
      next += nextGapMs(this.#random, this.#rate);
      const wait = next - this.#clock.now();
      if (wait > 0) {
        await this.#clock.sleep(wait, this.#wake.signal);
        // A new rate counts from now on, not from an arrival planned at the old one.
        if (this.#wake.signal.aborted) {
          next = this.#clock.now();
          continue;
        }
      } else if (wait < -1_000) {
        this.#dropped++;
        continue;
      }
      this.#arrive(next);
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#wake.abort();
  }
}
