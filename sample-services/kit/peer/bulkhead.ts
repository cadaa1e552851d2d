import type { PeerSettings } from '@stormglass/agents/contract';
import { protects } from '../protections.ts';
import type { Live } from './settings.ts';

/** Raised instead of waiting when all slots and all places in the line are taken. */
export class BulkheadFull extends Error {
  constructor(slots: number) {
    super(`all ${slots} slots and the line before them are taken`);
    this.name = 'BulkheadFull';
  }
}

/**
 * At most `bulkheadSlots` calls at once, at most `bulkheadLine` waiting. It stands in front of the breaker: a full
 * bulkhead says something about us, not about the peer, so it must not count as the peer's failure.
 */
export class Bulkhead {
  readonly #live: Live<PeerSettings>;
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(live: Live<PeerSettings>) {
    this.#live = live;
  }

  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Null without a limit. */
  get slots(): number | null {
    const { bulkheadSlots } = this.#live();
    return bulkheadSlots === 0 || !protects('bulkhead') ? null : bulkheadSlots;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#hasRoom()) this.#used++;
    else await this.#queue();
    try {
      return await work();
    } finally {
      this.#used--;
      this.admit();
    }
  }

  /** Lets in who may come in now: a call has ended, or there are more slots than before. */
  admit(): void {
    // The slot is taken for the next in line here, so nobody can slip in between.
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      this.#used++;
      this.#waiting.shift()?.();
    }
  }

  #hasRoom(): boolean {
    return this.slots === null || this.#used < this.slots;
  }

  #queue(): Promise<void> {
    if (this.#waiting.length >= this.#live().bulkheadLine) throw new BulkheadFull(this.slots ?? 0);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
