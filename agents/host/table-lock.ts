import pg from 'pg';
import { StormglassError } from '../contract/index.ts';
import type { Effect, Injector, ReadBack } from '../node/leases.ts';
import { standing } from '../node/standing.ts';

/** How long the statements which use the table now may go on before we give up, ms. */
const LOCK_WITHIN_MS = 3_000;

/**
 * Holds a table in ACCESS EXCLUSIVE mode, from a session of our own. The lock lives no longer than that session, which
 * ends with this process at the latest: there is nothing to take back after a crash.
 */
export function tableLockInjector(adminUrl: string): Injector {
  return {
    capabilities: ['lock_contention:database'],
    arm: async (grip): Promise<Effect> => {
      const { action, target } = grip.lease.spec;
      if (action.type !== 'lock_contention' || target.kind !== 'database') {
        throw new StormglassError('fault_unsupported', 'only a table can be locked', 'Target a database.');
      }
      const session = await lock(adminUrl, target.service, action.table);
      return standing(grip, () => release(session, action.table));
    },
  };
}

interface Session {
  client: pg.Client;
  pid: number;
  database: string;
}

async function lock(adminUrl: string, database: string, table: string): Promise<Session> {
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = await client.query<{ there: string | null; pid: number }>(
      'select to_regclass($1) as there, pg_backend_pid() as pid',
      [table],
    );
    const [row] = found.rows;
    if (!row || row.there === null) throw absent(database, table);
    await client.query(`begin; set local lock_timeout = ${LOCK_WITHIN_MS}`);
    await client.query(`lock table ${pg.escapeIdentifier(table)} in access exclusive mode`);
    return { client, pid: row.pid, database };
  } catch (error) {
    await client.end();
    if (error instanceof StormglassError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new StormglassError(
      'target_absent',
      `table ${table} of ${database} could not be locked: ${said}`,
      'Try again when fewer statements use it.',
    );
  }
}

/** Gives the table back and reads, from the same server, that nobody holds it for us. */
async function release({ client, pid, database }: Session, table: string): Promise<ReadBack> {
  try {
    await client.query('rollback');
    const held = await client.query<{ n: number }>(
      `select count(*)::int as n from pg_locks where pid = $1 and locktype = 'relation' and mode = 'AccessExclusiveLock'`,
      [pid],
    );
    const n = held.rows[0]?.n ?? 0;
    return { words: `${n} locks held on ${table} of ${database}`, reverted: n === 0 };
  } catch {
    // The session is gone (its database was closed, its server killed), and its lock with it.
    return { words: `the session that held ${table} of ${database} has ended`, reverted: true };
  } finally {
    await client.end();
  }
}

function absent(database: string, table: string): StormglassError {
  return new StormglassError(
    'target_absent',
    `database ${database} has no table ${table}`,
    'Name a table of its public schema.',
  );
}
