import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { StormglassError } from '../../contract/errors.ts';

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

  /** Rows of a SELECT. Values reach the engine as bound parameters only. */
  async rows<T>(query: string, params: Record<string, unknown>, signal?: AbortSignal): Promise<T[]> {
    try {
      const result = await this.#client.query({
        query,
        query_params: params,
        format: 'JSONEachRow',
        ...(signal === undefined ? {} : { abort_signal: signal }),
      });
      return await result.json<T>();
    } catch (cause) {
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

function failure(cause: unknown): unknown {
  if (cause instanceof Error && cause.name === 'AbortError') return cause;
  if (cause instanceof ClickHouseError) {
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
