import type { PgPool } from 'bullmq';
import type pg from 'pg';
import { openPool } from '../pool.ts';

/** For statements of all queues and workers of a process. */
const MOST_CONNECTIONS = 16;
/** A waiting worker holds one for as long as it waits; workers are hired by the hundred when a queue is scaled. */
const MOST_LISTENERS = 1_000;
/** A connection costs milliseconds to open and compiles BullMQ's functions anew, so one that works now and then is kept. */
const IDLE_MS = 120_000;
/** One that no worker waits on any more is of no use to another. */
const LISTENER_IDLE_MS = 1_000;
const CONNECT_MS = 2_000;
const QUERY_MS = 5_000;

/** What BullMQ gets in place of a pool of its own for each queue and worker, and who ends it. */
export interface BullConnections {
  pool: PgPool;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** `onError` hears of each connection that breaks, once. */
export function openConnections(url: string, onError: (error: Error) => void): BullConnections {
  const config = {
    connectionString: url,
    options: '-c search_path=bullmq',
    connectionTimeoutMillis: CONNECT_MS,
  };
  const open = (limits: pg.PoolConfig) => openPool({ ...config, ...limits }, onError);
  const statements = open({ max: MOST_CONNECTIONS, idleTimeoutMillis: IDLE_MS, query_timeout: QUERY_MS });
  const listeners = open({ max: MOST_LISTENERS, idleTimeoutMillis: LISTENER_IDLE_MS });
  const pool = {
    query: prepared(statements),
    connect: () => listeners.connect(),
    end: async () => undefined,
    // Each queue and each worker would tell what happened to a connection of all of them.
    on: () => pool,
    removeAllListeners: () => pool,
  } as unknown as PgPool;
  return {
    pool,
    ping: async () => {
      await statements.query('select 1');
    },
    close: async () => {
      await Promise.all([statements.end(), listeners.end()]);
    },
  };
}

/**
 * Statements that each connection prepares once: BullMQ has some forty, and parsing and planning them anew was a fifth of
 * what a job costs the server.
 */
function prepared(pool: pg.Pool) {
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const name = names.get(text) ?? `bullmq-${names.size}`;
    names.set(text, name);
    return name;
  };
  return (text: string, params: readonly unknown[] = []) =>
    pool.query({ name: nameOf(text), text, values: [...params] });
}
