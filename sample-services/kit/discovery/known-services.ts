import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Endpoint, Endpoints } from '../peer/endpoints.ts';
import { protects } from '../protections.ts';
import type { DirectoryView, Instance } from './protocol.ts';

/** The registry's word is old when it has not been renewed for so long, ms. */
const FRESH_MS = 5_000;

interface Known {
  instances: readonly Instance[];
  /** When the registry last named this service, ms. */
  at: number;
}

/** What is known of a peer: `ageSeconds` since the registry last named it, null when it never did. */
export const Knowledge = z.object({
  instances: z.array(z.string()),
  ageSeconds: z.number().int().nullable(),
  stale: z.boolean(),
});
export type Knowledge = z.output<typeof Knowledge>;

/**
 * Where the peers of this process are: what the registry said last. While the registry is away, or says nothing of a
 * service, the last known instances stay, and are called stale; only an instance which said that it goes is dropped.
 */
export class KnownServices {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #wanted = new Set<string>();
  /** Those of which the registry's last word is what is known. */
  readonly #confirmed = new Set<Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  endpoints(service: string): Endpoints {
    this.#wanted.add(service);
    return { current: () => this.#current(service) };
  }

  /** The registry's newest view; null when what it said last is still right. */
  heard(view: DirectoryView | null): void {
    const at = this.#clock.now();
    if (view !== null) this.#take(view);
    for (const known of this.#confirmed) known.at = at;
  }

  /** What is known of each peer of this process. */
  knowledge(): Record<string, Knowledge> {
    const now = this.#clock.now();
    return Object.fromEntries(
      [...this.#wanted].map((service) => {
        const known = this.#known.get(service);
        const instances = known?.instances.map(({ id }) => id) ?? [];
        if (known === undefined) return [service, { instances, ageSeconds: null, stale: true }];
        const age = now - known.at;
        return [service, { instances, ageSeconds: Math.round(age / 1_000), stale: age > FRESH_MS }];
      }),
    );
  }

  #take(view: DirectoryView): void {
    this.#confirmed.clear();
    for (const [service, { instances, left }] of Object.entries(view.services)) {
      const before = this.#known.get(service);
      // All of them went on purpose: nobody is there, and that is no failure of the registry.
      const kept = instances.length > 0 ? instances : remaining(before, left);
      const known = { instances: kept, at: before?.at ?? this.#clock.now() };
      this.#known.set(service, known);
      if (instances.length > 0 || kept.length === 0) this.#confirmed.add(known);
    }
  }

  #current(service: string): readonly Endpoint[] {
    const known = this.#known.get(service);
    const stale = known !== undefined && this.#clock.now() - known.at > FRESH_MS;
    const instances = known === undefined || (stale && !protects('last-known-good')) ? [] : known.instances;
    const healthy = instances.filter((instance) => instance.healthy);
    // An ailing instance is better than none.
    return healthy.length > 0 ? healthy : instances;
  }
}

function remaining(before: Known | undefined, left: readonly string[]): Instance[] {
  return (before?.instances ?? []).filter(({ id }) => !left.includes(id));
}
