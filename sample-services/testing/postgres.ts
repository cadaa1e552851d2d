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

/** One statement on a connection of its own. */
export async function ask<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** A port that was free a moment ago; for PostgreSQL, which cannot choose one itself. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
