import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { type ErrorCode, StormglassError } from '../../contract/errors.ts';

export interface StoreAddress {
  /** ClickHouse over HTTP: the collector's query port, or a real cluster. */
  url: string;
  username: string;
  password: string;
}

/** A time range, epoch milliseconds, `from` inclusive, `to` exclusive. */
export interface Range {
  from: number;
  to: number;
}

/** What one query may take; the store ends it above that. */
export interface Limits {
  seconds: number;
  memoryMiB: number;
}

/** By what a question reads: some rows of an index, tables made for the question, or spans. */
export const LIMITS = {
  lookup: { seconds: 10, memoryMiB: 128 },
  figures: { seconds: 15, memoryMiB: 192 },
  scan: { seconds: 20, memoryMiB: 256 },
} as const satisfies Record<string, Limits>;

const NEXT = 'Wait for the collector to come back (it restarts by itself); nothing acknowledged is lost.';

/** Runs bound queries and turns failures into errors of ours. */
export class Store {
  readonly #address: StoreAddress;
  readonly #client: ClickHouseClient;

  constructor(address: StoreAddress) {
    this.#address = address;
    this.#client = createClient({
      ...address,
      max_open_connections: 8,
      request_timeout: 30_000,
      // Failures are thrown, and whoever catches them logs them once.
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  /** Rows of a SELECT. Values reach the engine as bound parameters only; `signal` ends the query in the store, too. */
  async rows<T>(
    query: string,
    params: Record<string, unknown>,
    signal?: AbortSignal,
    limits: Limits = LIMITS.scan,
  ): Promise<T[]> {
    // The client asks all the same when its signal has aborted before.
    signal?.throwIfAborted();
    try {
      const result = await this.#client.query({
        query,
        query_params: params,
        format: 'JSONEachRow',
        clickhouse_settings: {
          max_execution_time: limits.seconds,
          max_memory_usage: String(limits.memoryMiB * 1_048_576),
        },
        ...(signal === undefined ? {} : { abort_signal: signal }),
      });
      return await result.json<T>();
    } catch (cause) {
      // The client's own error says no more than that somebody aborted.
      signal?.throwIfAborted();
      throw failure(cause);
    }
  }

  /** The collector's own figures; only the embedded store has them. */
  async stats<T>(): Promise<T> {
    try {
      const response = await fetch(new URL('/stats', this.#address.url), {
        headers: { 'x-clickhouse-user': this.#address.username, 'x-clickhouse-key': this.#address.password },
        signal: AbortSignal.timeout(5000),
      });
      if (!response.ok) throw new Error(`the collector answered ${response.status}`);
      return (await response.json()) as T;
    } catch (cause) {
      throw failure(cause);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

const LESS = 'Ask for a shorter range, or with more conditions.';

/** ClickHouse's codes for a limit that was reached, and for no connection. */
const KNOWN_ERRORS: Record<string, [code: ErrorCode, message: string, next: string]> = {
  '159': ['timeout', 'The telemetry store did not answer within the time one question may take.', LESS],
  '202': ['store_unavailable', 'The telemetry store is busy.', 'Ask again in a moment.'],
  '210': ['store_unavailable', 'The collector cannot reach its ClickHouse server.', NEXT],
  '241': ['query_too_large', 'The question needs more memory than one may take.', LESS],
};

function failure(cause: unknown): unknown {
  if (cause instanceof ClickHouseError) {
    const known = KNOWN_ERRORS[cause.code];
    if (known !== undefined) return new StormglassError(...known, { cause });
    return new StormglassError(
      'internal',
      `The telemetry store refused a query: ${cause.message}`,
      'Report it with this text.',
      {
        cause,
      },
    );
  }
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StormglassError('store_unavailable', `The telemetry store cannot be reached: ${detail}`, NEXT, {
    cause,
  });
}

/** Epoch milliseconds, with microseconds after the point, of a DateTime64(9) expression. */
export const millis = (column: string) => `toUnixTimestamp64Micro(${column}) / 1000`;

/** Condition that a DateTime64 column lies in the bound parameters `from` and `to` (see `bounds`). */
export const within = (column: string) =>
  `${column} >= fromUnixTimestamp64Milli({from:Int64}) AND ${column} < fromUnixTimestamp64Milli({to:Int64})`;

/** The parameters which `within` reads. */
export function bounds(range: Range): { from: number; to: number } {
  return { from: Math.floor(range.from), to: Math.ceil(range.to) };
}
