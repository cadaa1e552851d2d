import { type Span, trace } from '@opentelemetry/api';
import { StormglassError } from '../../contract/index.ts';
import type { PgPools, PooledClient, PoolLike } from '../instrument/pg-pools.ts';
import type { Effect, Grip, Injector, ReadBack } from '../leases.ts';
import { markSpan } from './receipt.ts';

/** Connections in use are taken as they come back; arming waits for them no longer than this, ms. */
const TAKE_WITHIN_MS = 1_000;
/** A pool that may open more has no limit to reach: the server's would be reached first, by everybody's connections. */
const MOST_TAKEN = 100;

/**
 * Takes the connections of this process's own pools and keeps them, so that its statements wait for one. Dies with the
 * process: nothing is left to undo after a crash.
 */
export class PoolExhaustion implements Injector {
  readonly #pools: PgPools;
  #holds: Hold[] = [];

  constructor(pools: PgPools) {
    this.#pools = pools;
  }

  get capabilities(): string[] {
    return this.#pools.databases.length === 0 ? [] : ['pool_exhaustion:service'];
  }

  async arm(grip: Grip): Promise<Effect> {
    const { action } = grip.lease.spec;
    if (action.type !== 'pool_exhaustion') {
      throw new StormglassError('fault_unsupported', 'only pools can be exhausted', 'Choose another fault.');
    }
    const found = this.#pools.of(action.database);
    if (found.length === 0) {
      const known = this.#pools.databases.join(', ') || 'none';
      throw new StormglassError(
        'target_absent',
        `this process has no pool of connections to ${action.database ?? 'any database'}`,
        `It has pools for ${known}.`,
      );
    }
    const limited = found.filter((pool) => action.connections !== undefined || maxOf(pool) <= MOST_TAKEN);
    if (limited.length === 0) {
      throw new StormglassError(
        'target_absent',
        `no pool of this process has a limit of ${MOST_TAKEN} connections or fewer`,
        'Say how many connections to take.',
      );
    }
    const hold = new Hold(grip, limited, action.connections ?? MOST_TAKEN);
    this.#keep([...this.#holds, hold]);
    await hold.take();
    return {
      end: async () => {
        this.#keep(this.#holds.filter((other) => other !== hold));
        return hold.end();
      },
    };
  }

  #keep(holds: Hold[]): void {
    this.#holds = holds;
    this.#pools.onTake = holds.length === 0 ? null : (pool) => this.#waits(pool);
  }

  #waits(pool: PoolLike): void {
    for (const hold of this.#holds) hold.hurts(pool, trace.getActiveSpan());
  }
}

/** The connections which one fault keeps. */
class Hold {
  readonly #grip: Grip;
  readonly #pools: readonly PoolLike[];
  readonly #each: number;
  readonly #clients = new Set<PooledClient>();
  #over = false;
  #taking = false;

  constructor(grip: Grip, pools: readonly PoolLike[], each: number) {
    this.#grip = grip;
    this.#pools = pools;
    this.#each = each;
  }

  async take(): Promise<void> {
    this.#taking = true;
    const asked = this.#pools.flatMap((pool) =>
      Array.from({ length: Math.min(this.#each, maxOf(pool)) }, () => this.#takeOne(pool)),
    );
    this.#taking = false;
    await within(Promise.all(asked), TAKE_WITHIN_MS);
  }

  /** Somebody else asks for a connection: an effect, when he has to wait for one. */
  hurts(pool: PoolLike, span: Span | undefined): void {
    if (this.#taking || !this.#pools.includes(pool)) return;
    if (pool.idleCount > 0 || pool.totalCount < maxOf(pool)) return;
    try {
      const release = this.#grip.take();
      if (!release) return;
      markSpan(span, this.#grip.lease, 0);
      release();
    } catch (error) {
      // Nobody shall wait for what cannot be counted.
      this.#giveBack();
      throw error;
    }
  }

  async end(): Promise<ReadBack> {
    return { words: `${this.#giveBack()} connections given back`, reverted: true };
  }

  /** How many they were. */
  #giveBack(): number {
    this.#over = true;
    const n = this.#clients.size;
    for (const client of this.#clients) client.release();
    this.#clients.clear();
    return n;
  }

  /** One that comes when we are over, or cannot be had at all, is nobody's. */
  async #takeOne(pool: PoolLike): Promise<void> {
    const client = await pool.connect().catch(() => null);
    if (client === null) return;
    if (this.#over) client.release();
    else this.#clients.add(client);
  }
}

/** The default of node-postgres. */
function maxOf(pool: PoolLike): number {
  return pool.options.max ?? 10;
}

function within(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
