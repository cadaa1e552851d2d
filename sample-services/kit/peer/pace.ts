import type { PeerSettings } from '@stormglass/agents/contract';
import type { Clock } from '../clock.ts';
import type { Live } from './settings.ts';

/** Keeps `spacingMs` between the starts of calls, for a peer that asks for it. */
export class Pace {
  readonly #live: Live<PeerSettings>;
  readonly #clock: Clock;
  #next = 0;

  constructor(live: Live<PeerSettings>, clock: Clock) {
    this.#live = live;
    this.#clock = clock;
  }

  async wait(): Promise<void> {
    const { spacingMs } = this.#live();
    if (spacingMs === 0) return;
    const now = this.#clock.now();
    const start = Math.max(now, this.#next);
    this.#next = start + spacingMs;
    if (start > now) await this.#clock.sleep(start - now);
  }
}
