import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POSTGRES, postgresFolder, Supervisor, startPostgres } from '@stormglass/agents/host';
import pg from 'pg';

/** A real PostgreSQL server of its own in a temporary folder. */
export interface TestPostgres {
  adminUrl: string;
  /** Makes a database with a role of the same name; gives the role's URL. */
  database(name: string): Promise<string>;
  /** Makes a role that can only read; gives its URL for each of these databases. */
  reader(role: string, databases: readonly string[]): Promise<Record<string, string>>;
  /** kill -9; resolves when it answers again, which is not before `downMs` milliseconds. */
  crash(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-'));
  const supervisor = new Supervisor({ logDir: join(dataDir, 'logs'), onEvent: () => undefined });
  const server = await startPostgres({ supervisor, dataDir, port: await freePort() });
  return {
    adminUrl: server.adminUrl,
    database: (name) => server.database(name),
    reader: (role, databases) => server.reader(role, databases),
    crash: (downMs) => {
      const process = supervisor.get(POSTGRES);
      process.end('SIGKILL', downMs);
      return process.whenHealthy();
    },
    stop: async () => {
      await supervisor.stop([POSTGRES]);
      // As root the cluster lies elsewhere, where the server's own user can reach it.
      rmSync(postgresFolder(dataDir), { recursive: true, force: true });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const KEPT = { max: 4, idleTimeoutMillis: 5_000, allowExitOnIdle: true };
const pools = new Map<string, pg.Pool>();

function poolOf(url: string): pg.Pool {
  const known = pools.get(url);
  if (known !== undefined) return known;
  const pool = new pg.Pool({ connectionString: url, ...KEPT });
  // A test that cuts connections cuts these too; the pool opens another one.
  pool.on('error', () => undefined);
  pools.set(url, pool);
  return pool;
}

/**
 * One statement. Connections are kept for questions: tests ask over and over, and to open one costs both sides more than
 * most answers. What changes something goes over one of its own, which nobody can have cut while it lay idle.
 */
export async function ask<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  if (!/^\s*select\b/i.test(text) || text.includes('pg_')) return askOnce(url, text, values);
  try {
    return (await poolOf(url).query<Row>(text, values)).rows;
  } catch (error) {
    if (!isCut(error)) throw error;
    return askOnce(url, text, values);
  }
}

/** Connections of single questions at a time; hundreds of customers who look at once must not use up the server's. */
const ALONE = 16;
const waiting: (() => void)[] = [];
let alone = 0;

/** On a connection of its own. */
async function askOnce<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  while (alone >= ALONE) await new Promise<void>((resolve) => waiting.push(resolve));
  alone++;
  try {
    return await askNow<Row>(url, text, values);
  } finally {
    alone--;
    waiting.shift()?.();
  }
}

async function askNow<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** No word of the server about the statement, or its last one: that it ends the connection (SQLSTATE 57P01 and 57P02). */
function isCut(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return !(error instanceof pg.DatabaseError) || (error.code ?? '').startsWith('57P0');
}

/** A port that was free a moment ago; for whoever cannot choose one itself. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
