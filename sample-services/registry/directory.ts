import { randomUUID } from 'node:crypto';
import type { Clock } from '../kit/clock.ts';
import type { DirectoryView, Instance, Registration } from '../kit/discovery/protocol.ts';

/** An instance that is not heard of for so long is gone: three heartbeats, and a little more. */
export const LEASE_MS = 4_000;
/** How long it is told that an instance left, so that every caller hears of it. */
const LEFT_MS = 60_000;

interface Entry {
  registration: Registration;
  heardAt: number;
  healthy: boolean;
}

/** Who offers what now, by what the instances themselves say and by health checks. In memory; judged by one clock. */
export class Directory {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #left = new Map<string, { service: string; at: number }>();
  /** Another one in each process, so that no revision comes twice. */
  readonly #era = randomUUID();
  #changes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Changes whenever the view does. */
  get revision(): string {
    return `${this.#era}.${this.#changes}`;
  }

  register(registration: Registration): void {
    this.#entries.set(registration.instance, { registration, heardAt: this.#clock.now(), healthy: true });
    this.#left.delete(registration.instance);
    this.#changes++;
  }

  /** As `register`, from what was stored: whoever said something since knows better. */
  restore(registrations: readonly Registration[]): void {
    for (const registration of registrations) {
      const { instance } = registration;
      if (!this.#entries.has(instance) && !this.#left.has(instance)) this.register(registration);
    }
  }

  /** False for an instance which is not registered. */
  heard(instance: string): boolean {
    const entry = this.#entries.get(instance);
    if (entry) entry.heardAt = this.#clock.now();
    return entry !== undefined;
  }

  /** The instance goes on purpose. False when it was not there. */
  leave(instance: string): boolean {
    const entry = this.#entries.get(instance);
    if (!entry) return false;
    this.#entries.delete(instance);
    this.#left.set(instance, { service: entry.registration.name, at: this.#clock.now() });
    this.#changes++;
    return true;
  }

  /** The result of a health check. */
  mark(instance: string, healthy: boolean): void {
    const entry = this.#entries.get(instance);
    if (!entry || entry.healthy === healthy) return;
    entry.healthy = healthy;
    this.#changes++;
  }

  /** Drops what has not been heard of; gives the ids. */
  expire(): string[] {
    const now = this.#clock.now();
    const gone = [...this.#entries].filter(([, { heardAt }]) => now - heardAt > LEASE_MS).map(([id]) => id);
    for (const id of gone) this.#entries.delete(id);
    const told = [...this.#left].filter(([, { at }]) => now - at > LEFT_MS).map(([id]) => id);
    for (const id of told) this.#left.delete(id);
    if (gone.length + told.length > 0) this.#changes++;
    return gone;
  }

  registrations(): Registration[] {
    return [...this.#entries.values()].map(({ registration }) => registration);
  }

  find(instance: string): Registration | null {
    return this.#entries.get(instance)?.registration ?? null;
  }

  view(): DirectoryView {
    const services: DirectoryView['services'] = {};
    const of = (service: string) => {
      services[service] ??= { instances: [], left: [] };
      return services[service];
    };
    for (const entry of this.#entries.values()) of(entry.registration.name).instances.push(instanceOf(entry));
    for (const [id, { service }] of this.#left) of(service).left.push(id);
    for (const { instances } of Object.values(services)) {
      instances.sort((a, b) => Number(b.healthy) - Number(a.healthy) || a.id.localeCompare(b.id));
    }
    return { services };
  }
}

function instanceOf({ registration, healthy }: Entry): Instance {
  const { scheme, host, port, instance, version } = registration;
  return { id: instance, url: `${scheme}://${host}:${port}`, version, healthy };
}
