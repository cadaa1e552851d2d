import { Agent, type Dispatcher, Pool } from 'undici';
import type { ClientTls } from './endpoints.ts';

/** Connections to one instance now. */
export interface ConnectionCount {
  /** `http://127.0.0.1:4107` */
  origin: string;
  active: number;
  idle: number;
  /** Calls that wait for one. */
  pending: number;
}

const KEEP_ALIVE_MS = 10_000;

/** The connections to a peer: at most so many to each of its instances. */
export class Connections {
  readonly #tls: ClientTls | undefined;
  #max: number;
  #agent: Agent;
  /** Those of a former limit finish what they have begun. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #pools = new Set<{ origin: string; pool: Pool }>();

  constructor(max: number, tls: ClientTls | undefined) {
    this.#tls = tls;
    this.#max = max;
    this.#agent = this.#open();
  }

  /** For one call. */
  get dispatcher(): Dispatcher {
    return this.#agent;
  }

  /** Calls that begin from now on keep to it. undici takes the limit when it opens a pool, so they get new ones. */
  limit(max: number): void {
    if (max === this.#max) return;
    this.#max = max;
    const left = this.#agent.close().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
    this.#agent = this.#open();
  }

  count(): ConnectionCount[] {
    const byOrigin = new Map<string, ConnectionCount>();
    this.#forgetClosed();
    for (const { origin, pool } of this.#pools) {
      const { connected, free, queued } = pool.stats;
      const sum = byOrigin.get(origin) ?? { origin, active: 0, idle: 0, pending: 0 };
      sum.active += connected - free;
      sum.idle += free;
      sum.pending += queued;
      byOrigin.set(origin, sum);
    }
    return [...byOrigin.values()];
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent.close(), ...this.#leaving]);
  }

  #forgetClosed(): void {
    for (const each of this.#pools) if (each.pool.destroyed) this.#pools.delete(each);
  }

  #open(): Agent {
    return new Agent({
      ...{ connections: this.#max, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS },
      ...(this.#tls ? { connect: this.#tls } : {}),
      // Kept, because an agent that closes does not count its pools any more.
      factory: (origin, options) => {
        this.#forgetClosed();
        const pool = new Pool(origin, options);
        this.#pools.add({ origin: String(origin), pool });
        return pool;
      },
    });
  }
}
