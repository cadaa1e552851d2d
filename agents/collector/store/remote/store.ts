import type { Logger } from 'pino';
import { StormglassError } from '../../../contract/errors.ts';
import { MISSING } from '../adopt.ts';
import { migrate } from '../migrate.ts';
import type { SchemaStore, StoreFacts, TelemetryStore } from '../port.ts';
import { atMost, type QueryContext } from '../reader.ts';
import { MAX_STATEMENT_BYTES } from '../retention/maintenance.ts';
import { SessionPool } from '../session-pool.ts';
import { ClickHouseHttp, NoAnswerError } from './http.ts';
import type { ServerAddress } from './settings.ts';

/** Queries which run side by side, and those that wait; one more is told to come back. */
const READERS = 16;
const MAX_WAITING = 64;
const MOST = { seconds: 25, memoryBytes: 4 * 1024 ** 3 };
/** The tables keep maps in buckets of keys, which came with this version. */
const OLDEST = [26, 4] as const;

/** Whatever a query or its settings say, these hold: the server refuses every write, and ends what nobody waits for. */
const READ_ONLY = { readonly: '1', cancel_http_readonly_queries_on_client_close: '1' };
/** The answer is held back until it is whole, so the status is the truth. */
const WHOLE = { wait_end_of_query: '1' };

/**
 * A ClickHouse server over HTTP. It may be away for a while, at the start too: then loads fail as for any store that is
 * not there (the spool keeps what was acknowledged), and the tables are made or migrated when it is back.
 */
export class RemoteStore implements TelemetryStore {
  readonly reads = 'body';
  readonly #http: ClickHouseHttp;
  readonly #readers = new SessionPool(
    Array.from({ length: READERS }, () => ({ close() {} })),
    MAX_WAITING,
  );
  readonly #stop = new AbortController();
  #ready: Promise<void> | null = null;
  #facts: StoreFacts | null = null;

  private constructor(http: ClickHouseHttp) {
    this.#http = http;
  }

  /** Rejects when the server refuses what must be done at the start; one that cannot be reached is waited for. */
  static async open(address: ServerAddress, log: Logger): Promise<RemoteStore> {
    const store = new RemoteStore(new ClickHouseHttp(address));
    try {
      await store.#whenReady();
    } catch (cause) {
      if (!(cause instanceof NoAnswerError)) {
        await store.close();
        throw cause;
      }
      log.warn({ err: cause }, 'the ClickHouse server cannot be reached; what comes is spooled until it is');
    }
    return store;
  }

  get facts(): StoreFacts | null {
    return this.#facts;
  }

  async load(sql: string, body?: string): Promise<void> {
    await this.#whenReady();
    await this.#http.send({
      sql,
      body,
      params: { database: this.#http.address.database, ...WHOLE, async_insert: '0' },
      signal: this.#stop.signal,
    });
  }

  async query(sql: string, context: QueryContext, signal?: AbortSignal): Promise<Uint8Array> {
    await this.#whenReady();
    const { max_execution_time: seconds, max_memory_usage: memory, ...settings } = context.settings;
    const params = Object.entries(context.params).map(([name, value]) => [`param_${name}`, value]);
    return this.#readers.run(
      () =>
        this.#http.send({
          sql,
          params: {
            ...settings,
            ...Object.fromEntries(params),
            max_execution_time: String(atMost(seconds, MOST.seconds)),
            max_memory_usage: String(atMost(memory, MOST.memoryBytes)),
            database: this.#http.address.database,
            default_format: context.format,
            ...READ_ONLY,
            ...WHOLE,
          },
          signal: signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]),
        }),
      signal,
    );
  }

  async maintain(sql: string): Promise<Uint8Array> {
    await this.#whenReady();
    const params = {
      database: this.#http.address.database,
      default_format: 'JSONEachRow',
      mutations_sync: '1',
      max_query_size: String(MAX_STATEMENT_BYTES),
    };
    return this.#http.send({
      sql,
      params: { ...params, ...WHOLE },
      takesLong: true,
      signal: this.#stop.signal,
    });
  }

  async close(): Promise<void> {
    this.#readers.refuse();
    this.#stop.abort(new NoAnswerError(this.#http.address.url, 'the collector is closing'));
    await Promise.allSettled(this.#readers.running);
    this.#http.close();
  }

  /** The tables are there and of this version. Asked once, and again after a failure. */
  #whenReady(): Promise<void> {
    this.#ready ??= this.#prepare().catch((cause: unknown) => {
      this.#ready = null;
      throw cause;
    });
    return this.#ready;
  }

  async #prepare(): Promise<void> {
    const { database, adopt } = this.#http.address;
    const [version] = await this.#rows<{ v: string }>('SELECT version() AS v', '');
    requireVersion(version?.v ?? '');
    const [known] = await this.#rows(`SELECT 1 FROM system.databases WHERE name = '${database}'`, '');
    // Only where it is missing, because the right to make one may be, too.
    if (known === undefined) await this.#run(`CREATE DATABASE IF NOT EXISTS ${database}`, '');
    const schema: SchemaStore = {
      run: (sql) => this.#run(sql, database),
      rows: (sql) => this.#rows(sql, database),
    };
    const { version: schemaVersion, shared } = await migrate(schema, { adopt });
    this.#facts = { kind: 'server', schemaVersion, shared, missing: shared ? MISSING : [] };
  }

  async #run(sql: string, database: string): Promise<void> {
    await this.#http.send({
      sql,
      params: { database, ...WHOLE },
      takesLong: true,
      signal: this.#stop.signal,
    });
  }

  async #rows<T>(sql: string, database: string): Promise<T[]> {
    const params = { database, default_format: 'JSONEachRow', ...WHOLE };
    const bytes = await this.#http.send({ sql, params, signal: this.#stop.signal });
    const lines = Buffer.from(bytes).toString().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
  }
}

function requireVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new StormglassError(
    'conflict',
    `The ClickHouse server has version ${version}; ${OLDEST.join('.')} is the oldest that has what the tables need.`,
    'Update the server, or start without CLICKHOUSE_URL to use the embedded engine.',
  );
}
