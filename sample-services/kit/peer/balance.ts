import type { Random } from '../random.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { NoInstance } from './outcome.ts';

/**
 * Chooses the instance for a call: of two taken at random the one with fewer calls of ours in progress. That spreads
 * load nearly as well as asking all of them, and does not send everybody to the one that is idle for a moment.
 */
export class Balance {
  readonly #peer: string;
  readonly #endpoints: Endpoints;
  readonly #random: Random;
  readonly #inFlight = new Map<string, number>();

  constructor(peer: string, endpoints: Endpoints, random: Random) {
    this.#peer = peer;
    this.#endpoints = endpoints;
    this.#random = random;
  }

  get known(): string[] {
    return this.#endpoints.current().map(({ id }) => id);
  }

  /** Calls of ours in progress at each instance that is known. */
  inFlight(): ReadonlyMap<string, number> {
    return new Map([...this.known.map((id) => [id, 0] as const), ...this.#inFlight]);
  }

  /** Avoids those left out and those already tried, as far as there are others. Throws NoInstance without any. */
  choose(ejected: ReadonlySet<string>, tried: ReadonlySet<string>): Endpoint {
    const known = this.#endpoints.current();
    const serving = known.filter(({ id }) => !ejected.has(id));
    const fresh = serving.filter(({ id }) => !tried.has(id));
    const from = [fresh, serving, known].find((some) => some.length > 0) ?? [];
    const first = this.#draw(from);
    const second = this.#draw(from.filter((each) => each !== first)) ?? first;
    if (!first || !second) throw new NoInstance(this.#peer);
    return this.#load(second) < this.#load(first) ? second : first;
  }

  async track<T>(to: Endpoint, call: () => Promise<T>): Promise<T> {
    this.#inFlight.set(to.id, this.#load(to) + 1);
    try {
      return await call();
    } finally {
      const left = this.#load(to) - 1;
      if (left > 0) this.#inFlight.set(to.id, left);
      else this.#inFlight.delete(to.id);
    }
  }

  #draw(from: readonly Endpoint[]): Endpoint | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }

  #load({ id }: Endpoint): number {
    return this.#inFlight.get(id) ?? 0;
  }
}
