import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from 'chdb';
import { StormglassError } from '../../contract/errors.ts';

/** Short-lived statements never win back what compiling them costs. */
export const PLAIN =
  'compile_expressions = 0, compile_aggregate_expressions = 0, compile_sort_description = 0';

const PATIENCE_MS = 5000;
const AGAIN_MS = 100;
/** Of the engine as a whole; a query's own limit reads otherwise. Nor can a session be opened then. */
const NO_MEMORY = /\(total\) memory limit exceeded|Failed to create connection/;

/** A query's bound parameters (as HTTP sends them) and settings; the engine refuses settings that differ from its own. */
export interface QueryContext {
  params: Readonly<Record<string, string>>;
  settings: Readonly<Record<string, string>>;
  format: string;
}

/** What one query may take. */
export interface QueryLimits {
  seconds: number;
  memoryBytes: number;
}

/**
 * A place in which one query runs at a time. Each query has a session of its own (under a millisecond to open), because
 * its limits must be set before `readonly = 1`: from then on the engine itself refuses to lift it, to change a limit, and
 * to read or write files and URLs by table functions.
 */
export class Reader {
  readonly #open: () => Session;
  readonly #most: QueryLimits;

  constructor(open: () => Session, most: QueryLimits) {
    this.#open = open;
    this.#most = most;
  }

  /**
   * Settings `max_execution_time` and `max_memory_usage` can ask for less than the most, never for more. While loads and
   * merges have all of the engine's memory, which passes within moments, the query is asked again; then it is
   * `store_unavailable`.
   */
  async run(sql: string, context: QueryContext, signal?: AbortSignal): Promise<Uint8Array> {
    const until = performance.now() + PATIENCE_MS;
    while (true) {
      try {
        return await this.#ask(sql, context);
      } catch (cause) {
        if (!(cause instanceof Error && NO_MEMORY.test(cause.message)) || signal?.aborted) throw cause;
        if (performance.now() > until) throw crowded(cause);
        await sleep(AGAIN_MS);
      }
    }
  }

  async #ask(sql: string, { params, settings, format }: QueryContext): Promise<Uint8Array> {
    const { max_execution_time: seconds, max_memory_usage: memory, ...others } = settings;
    const session = this.#open();
    try {
      await session.queryAsync(
        `SET ${PLAIN}, max_threads = 2, max_execution_time = ${atMost(seconds, this.#most.seconds)},
          max_memory_usage = ${Math.floor(atMost(memory, this.#most.memoryBytes))}, readonly = 1`,
      );
      const before = [
        ...Object.entries(params).map(([k, v]) => `param_${k} = ${literal(v)}`),
        ...Object.entries(others).map(([k, v]) => `${k} = ${literal(v)}`),
      ];
      if (before.length > 0) await session.queryAsync(`SET ${before.join(', ')}`);
      const result = await session.queryAsync(sql, { format });
      return result.bytes();
    } finally {
      session.close();
    }
  }

  /** Its sessions end with their queries. */
  close(): void {}
}

function crowded(cause: unknown): StormglassError {
  return new StormglassError(
    'store_unavailable',
    'the telemetry store has no memory for another question',
    'Ask again in a moment.',
    { cause },
  );
}

/** To the engine 0 means no limit. */
export function atMost(asked: string | undefined, most: number): number {
  const value = Number(asked);
  return value > 0 ? Math.min(value, most) : most;
}

const literal = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
