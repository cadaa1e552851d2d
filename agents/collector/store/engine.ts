import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drainPending, Session } from 'chdb';
import { migrate } from './migrate.ts';
import { BASELINE, SCHEMA_VERSION } from './migrations.ts';
import type { SchemaStore, StoreFacts, TelemetryStore } from './port.ts';
import { PLAIN, type QueryContext, Reader } from './reader.ts';
import { maintenanceSettings } from './retention/maintenance.ts';
import { SessionPool } from './session-pool.ts';

/** Queries of readers which run side by side, and statements that write. */
const READERS = 3;
const WRITERS = 2;
const MAX_QUERY_SECONDS = 25;
/** Queries that wait for a session; one more is told to come back. */
const MAX_WAITING = 64;

const CANCEL = `KILL QUERY WHERE query NOT LIKE 'KILL QUERY%' ASYNC`;
const CANCEL_CHANGES = 'KILL MUTATION WHERE database = currentDatabase() AND NOT is_done ASYNC';
const CANCEL_EVERY_MS = 100;

export interface EngineOptions {
  dir: string;
  /** Hard limit of what the engine allocates. */
  memoryBytes: number;
}

/**
 * The embedded ClickHouse. A session runs one statement at a time, so there are a few for each purpose; readers open
 * one for each query (reader.ts). INTO OUTFILE is not the engine's but its client's, so it is refused here.
 */
export class Engine implements TelemetryStore {
  readonly reads = 'file';
  readonly facts: StoreFacts = {
    kind: 'embedded',
    schemaVersion: SCHEMA_VERSION,
    shared: false,
    missing: [],
  };
  readonly #readers: SessionPool<Reader>;
  readonly #writers: SessionPool<Session>;
  /** Ends queries, so it waits behind none. */
  readonly #control: SessionPool<Session>;
  readonly #keeper: SessionPool<Session>;
  #asked = 0;

  private constructor(readers: Reader[], writers: Session[], control: Session, keeper: Session) {
    this.#readers = new SessionPool(readers, MAX_WAITING);
    this.#writers = new SessionPool(writers, MAX_WAITING);
    this.#control = new SessionPool([control], MAX_WAITING);
    this.#keeper = new SessionPool([keeper], MAX_WAITING);
  }

  static async open(options: EngineOptions): Promise<Engine> {
    const dir = await dataDirectory(options.dir);
    const config = join(options.dir, 'engine.xml');
    await writeFile(config, engineConfig(options.memoryBytes));
    const open = () => new Session(dir, { connectionArgs: [`--config-file=${config}`] });
    const writers = Array.from({ length: WRITERS }, open);
    const control = open();
    const keeper = open();
    const all = [...writers, control, keeper];
    for (const session of all) await session.queryAsync(`SET ${PLAIN}`);
    await keeper.queryAsync(`SET ${maintenanceSettings(options.memoryBytes)}`);
    try {
      await migrate(schemaStore(control));
    } catch (cause) {
      for (const session of all) session.close();
      throw cause;
    }
    const most = { seconds: MAX_QUERY_SECONDS, memoryBytes: options.memoryBytes / 2 };
    const readers = Array.from({ length: READERS }, () => new Reader(open, most));
    return new Engine(readers, writers, control, keeper);
  }

  /** Runs a statement that writes, in no particular order beside others. */
  async load(sql: string): Promise<void> {
    await this.#writers.run((session) => session.queryAsync(sql));
  }

  /** Statements of retention: one at a time, in a session of their own, so that no load and no reader waits for them. */
  maintain(sql: string): Promise<Uint8Array> {
    return this.#keeper.run(async (session) => {
      return (await session.queryAsync(sql, { format: 'JSONEachRow' })).bytes();
    });
  }

  /**
   * Runs one read-only query on the next free reader; the answer is whole, in `format` unless the SQL says FORMAT. When
   * `signal` aborts, nobody wants the answer any more: the query leaves the queue, or the engine is told to end it.
   */
  async query(sql: string, context: QueryContext, signal?: AbortSignal): Promise<Uint8Array> {
    if (OUTFILE.test(sql)) throw noFiles();
    return this.#readers.run((reader) => this.#runOn(reader, sql, context, signal), signal);
  }

  /**
   * Refuses whatever comes, cancels the queries that run, then closes the sessions. In this order: a process that exits
   * while the engine computes ends with SIGSEGV.
   */
  async close(): Promise<void> {
    this.#readers.refuse();
    this.#writers.refuse();
    this.#keeper.refuse();
    await Promise.allSettled(this.#writers.running);
    const rest = () => [...this.#readers.running, ...this.#keeper.running];
    while (rest().length > 0) {
      // Again and again: one may just have been between two statements of its own.
      for (const cancel of [CANCEL, CANCEL_CHANGES])
        await this.#control.run((session) => session.queryAsync(cancel));
      await Promise.race([Promise.allSettled(rest()), sleep(CANCEL_EVERY_MS)]);
    }
    this.#control.refuse();
    await Promise.allSettled(this.#control.running);
    await drainPending();
    for (const pool of [this.#readers, this.#writers, this.#control, this.#keeper]) pool.close();
  }

  async #runOn(
    reader: Reader,
    sql: string,
    context: QueryContext,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    this.#asked += 1;
    const tag = `/* query ${this.#asked} */`;
    const kill = () => {
      const statement = `KILL QUERY WHERE startsWith(query, '${tag}') ASYNC`;
      // The query itself ends with the news; where the store is closing, that ends it.
      this.#control.run((control) => control.queryAsync(statement)).catch(() => undefined);
    };
    signal?.addEventListener('abort', kill, { once: true });
    try {
      return await reader.run(`${tag} ${sql}`, context, signal);
    } finally {
      signal?.removeEventListener('abort', kill);
    }
  }
}

/** The directory of the baseline's days is taken over; those of older shapes are left as they are. */
async function dataDirectory(parent: string): Promise<string> {
  const dir = join(parent, 'engine');
  if (!existsSync(dir)) {
    await rename(join(parent, `engine-${BASELINE}`), dir).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
    });
  }
  await mkdir(dir, { recursive: true });
  return dir;
}

export function schemaStore(session: Session): SchemaStore {
  return {
    async run(sql) {
      await session.queryAsync(sql);
    },
    async rows<T>(sql: string) {
      const answer = await session.queryAsync(sql, { format: 'JSONEachRow' });
      const lines = answer.text().split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
    },
  };
}

/** Anywhere, comments and texts included: telling those apart is the parser's business, and values are bound. */
const OUTFILE = /\boutfile\b/i;

function noFiles(): Error {
  return new Error('Code: 164. DB::Exception: Cannot write files in readonly mode. (READONLY)');
}

/**
 * Loads are small and many, and the engine takes all parts under 5 MB as equally small: merged eight at a time, a row was
 * written ten times in its first minutes, for most of the collector's CPU. A day of a table stays below three dozen parts so.
 */
const PARTS_OF_A_MERGE = 24;

/** Caches and pools sized for a laptop; the engine's own log tables do not exist in the embedded build. */
function engineConfig(memoryBytes: number): string {
  const settings: Record<string, number> = {
    max_server_memory_usage: memoryBytes,
    mark_cache_size: 33_554_432,
    index_mark_cache_size: 8_388_608,
    uncompressed_cache_size: 0,
    mmap_cache_size: 32,
    max_thread_pool_size: 200,
    max_thread_pool_free_size: 8,
    background_pool_size: 2,
    background_merges_mutations_concurrency_ratio: 1,
    background_schedule_pool_size: 4,
    background_common_pool_size: 2,
    background_fetches_pool_size: 1,
    background_move_pool_size: 1,
    background_message_broker_schedule_pool_size: 1,
    background_distributed_schedule_pool_size: 1,
    background_buffer_flush_schedule_pool_size: 1,
  };
  const tags = Object.entries(settings).map(([k, v]) => `  <${k}>${v}</${k}>`);
  tags.push(
    `  <merge_tree><min_parts_to_merge_at_once>${PARTS_OF_A_MERGE}</min_parts_to_merge_at_once></merge_tree>`,
  );
  // Day partitions and text of instants are UTC wherever it runs.
  return `<clickhouse>\n  <timezone>UTC</timezone>\n${tags.join('\n')}\n</clickhouse>\n`;
}
