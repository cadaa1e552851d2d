import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drainPending, Session } from 'chdb';
import { StormglassError } from '../../contract/errors.ts';
import { SCHEMA_VERSION, type TableOptions, tableStatements } from './tables.ts';
import { VIEW_STATEMENTS } from './views.ts';

/** Queries of readers which run side by side; one more session belongs to the loader. */
const READERS = 3;
const MAX_QUERY_SECONDS = 25;
/** Queries that wait for a session; one more is told to come back. */
const MAX_WAITING = 64;

const CANCEL = `KILL QUERY WHERE query NOT LIKE 'KILL QUERY%' ASYNC`;
const CANCEL_EVERY_MS = 100;

export interface EngineOptions extends TableOptions {
  dir: string;
  /** Hard limit of what the engine allocates. */
  memoryBytes: number;
}

/** A query's bound parameters (as HTTP sends them) and settings; the engine refuses those that differ from its own. */
export interface QueryContext {
  params: Readonly<Record<string, string>>;
  settings: Readonly<Record<string, string>>;
  format: string;
}

const literal = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/**
 * The embedded ClickHouse. A session runs one query at a time, so there is one for the loader and a few for readers.
 * Readers' sessions are read-only for ever, at level 1: the engine itself refuses to lift it, to change a limit, and to
 * read or write files and URLs by table functions. INTO OUTFILE is not the engine's but its client's, so it is refused here.
 */
export class Engine {
  readonly #loader: Session;
  readonly #readers: Session[];
  readonly #idle: Session[];
  readonly #waiting: PromiseWithResolvers<Session>[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #asked = 0;
  #closing = false;
  #loads: Promise<unknown> = Promise.resolve();

  private constructor(loader: Session, readers: Session[]) {
    this.#loader = loader;
    this.#readers = readers;
    this.#idle = [...readers];
  }

  static async open(options: EngineOptions): Promise<Engine> {
    const dir = join(options.dir, `engine-${SCHEMA_VERSION}`);
    await mkdir(dir, { recursive: true });
    const config = join(options.dir, 'engine.xml');
    await writeFile(config, engineConfig(options.memoryBytes));
    const open = () => new Session(dir, { connectionArgs: [`--config-file=${config}`] });
    const loader = open();
    const engine = new Engine(
      loader,
      Array.from({ length: READERS }, () => open()),
    );
    // Short-lived statements never win back what compiling them costs.
    const plain =
      'SET compile_expressions = 0, compile_aggregate_expressions = 0, compile_sort_description = 0';
    await engine.load(plain);
    for (const statement of [...tableStatements(options), ...VIEW_STATEMENTS]) await engine.load(statement);
    for (const reader of engine.#readers) {
      await reader.queryAsync(plain);
      await reader.queryAsync(
        `SET max_threads = 2, max_execution_time = ${MAX_QUERY_SECONDS}, max_memory_usage = ${Math.floor(options.memoryBytes / 2)}, readonly = 1`,
      );
    }
    return engine;
  }

  /** Runs a statement that writes; one at a time, in order. */
  load(sql: string): Promise<void> {
    const run = this.#loads.then(async () => {
      if (this.#closing) throw closed();
      await this.#loader.queryAsync(sql);
    });
    this.#loads = run.catch(() => undefined);
    return run;
  }

  /**
   * Runs one read-only query on the next free session; the answer is whole, in `format` unless the SQL says FORMAT. When
   * `signal` aborts, nobody wants the answer any more: the query leaves the queue, or the engine is told to end it.
   */
  async query(sql: string, context: QueryContext, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#closing) throw closed();
    if (OUTFILE.test(sql)) throw noFiles();
    const session = this.#idle.pop() ?? (await this.#turn(signal));
    try {
      if (signal?.aborted) throw cancelled();
      return await this.#runOn(session, sql, context, signal);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(session);
      else next.resolve(session);
    }
  }

  async #runOn(
    session: Session,
    sql: string,
    context: QueryContext,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    this.#asked += 1;
    const tag = `/* query ${this.#asked} */`;
    // Not awaited: the query itself ends with the news.
    const kill = () => {
      this.load(`KILL QUERY WHERE startsWith(query, '${tag}') ASYNC`).catch(() => undefined);
    };
    const run = runOn(session, `${tag} ${sql}`, context);
    this.#running.add(run);
    signal?.addEventListener('abort', kill, { once: true });
    try {
      return await run;
    } finally {
      signal?.removeEventListener('abort', kill);
      this.#running.delete(run);
    }
  }

  /**
   * Refuses whatever comes, cancels the queries that run, then closes the sessions. In this order: a process that exits
   * while the engine computes ends with SIGSEGV.
   */
  async close(): Promise<void> {
    this.#closing = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
    await this.#loads;
    while (this.#running.size > 0) {
      // Again and again: one may just have been between two statements of its own.
      await this.#loader.queryAsync(CANCEL);
      await Promise.race([Promise.allSettled(this.#running), sleep(CANCEL_EVERY_MS)]);
    }
    await drainPending();
    for (const session of [this.#loader, ...this.#readers]) session.close();
  }

  #turn(signal: AbortSignal | undefined): Promise<Session> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(busy());
    const turn = Promise.withResolvers<Session>();
    this.#waiting.push(turn);
    signal?.addEventListener(
      'abort',
      () => {
        const at = this.#waiting.indexOf(turn);
        if (at >= 0) this.#waiting.splice(at, 1);
        turn.reject(cancelled());
      },
      { once: true },
    );
    return turn.promise;
  }
}

/** Anywhere, comments and texts included: telling those apart is the parser's business, and values are bound. */
const OUTFILE = /\boutfile\b/i;

function noFiles(): Error {
  return new Error('Code: 164. DB::Exception: Cannot write files in readonly mode. (READONLY)');
}

function cancelled(): Error {
  return new Error('Code: 394. DB::Exception: The client has gone. (QUERY_WAS_CANCELLED)');
}

function busy(): StormglassError {
  return new StormglassError(
    'store_unavailable',
    `${MAX_WAITING} queries wait for the telemetry store already`,
    'Ask again in a moment.',
  );
}

function closed(): StormglassError {
  return new StormglassError(
    'store_unavailable',
    'the telemetry store is closing',
    'Ask again when it has restarted.',
  );
}

async function runOn(session: Session, sql: string, context: QueryContext): Promise<Uint8Array> {
  const before = [
    ...Object.entries(context.params).map(([k, v]) => `param_${k} = ${literal(v)}`),
    ...Object.entries(context.settings).map(([k, v]) => `${k} = ${literal(v)}`),
  ];
  if (before.length > 0) await session.queryAsync(`SET ${before.join(', ')}`);
  const result = await session.queryAsync(sql, { format: context.format });
  return result.bytes();
}

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
  // Day partitions and text of instants are UTC wherever it runs.
  return `<clickhouse>\n  <timezone>UTC</timezone>\n${tags.join('\n')}\n</clickhouse>\n`;
}
