/** What we use of a pool of node-postgres. */
export interface PoolLike {
  readonly options: {
    max?: number;
    host?: string;
    port?: number;
    database?: string;
    connectionString?: string;
  };
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  /** Its last connection is closed. */
  readonly ended: boolean;
  connect(): Promise<PooledClient>;
}
export interface PooledClient {
  release(): void;
}
type Connect = (this: PoolLike, ...args: unknown[]) => unknown;

/** The connection pools of the process, from their first use on. */
export class PgPools {
  readonly #pools = new Set<PoolLike>();
  readonly #added = new Set<() => void>();
  /** Told of each connection which somebody is about to take; null costs one comparison. */
  onTake: ((pool: PoolLike) => void) | null = null;

  /** Given the exports of `pg`. */
  attach(exports: unknown): void {
    const { Pool } = exports as { Pool: { prototype: { connect: Connect } } };
    const pools = this;
    const original = Pool.prototype.connect;
    Pool.prototype.connect = function (this: PoolLike, ...args: unknown[]) {
      if (!pools.#pools.has(this)) pools.#add(this);
      pools.#tell(this);
      return original.apply(this, args);
    };
  }

  /** Of that database, or all of them. */
  of(database: string | undefined): PoolLike[] {
    for (const pool of this.#pools) if (pool.ended) this.#pools.delete(pool);
    const all = [...this.#pools];
    return database === undefined ? all : all.filter((pool) => databaseOf(pool) === database);
  }

  get databases(): string[] {
    return [...new Set([...this.#pools].map(databaseOf))];
  }

  onAdded(listener: () => void): void {
    this.#added.add(listener);
  }

  /** A bug in who listens keeps nobody from his connection. */
  #tell(pool: PoolLike): void {
    if (this.onTake === null) return;
    try {
      this.onTake(pool);
    } catch {
      // The one who takes it shall not hear of it.
    }
  }

  #add(pool: PoolLike): void {
    this.#pools.add(pool);
    for (const listener of this.#added) listener();
  }
}

function databaseOf({ options }: PoolLike): string {
  if (options.database !== undefined) return options.database;
  const url = URL.parse(options.connectionString ?? '');
  return decodeURIComponent(url?.pathname.slice(1) ?? '');
}
