import { DBOS, type DLogger } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import type { Log } from '../../../kit/log.ts';
import { openPool } from '../../../kit/pool.ts';

export interface LaunchOptions {
  /** Of the database in which the library keeps its record, in a schema of its own; whoever opened it ends it. */
  pool: pg.Pool;
  /** Names this process to others; its pending workflows are its own again after a restart. */
  executorId: string;
  log: Log;
  signal: AbortSignal;
  clock?: Clock;
}

/**
 * Workflows recorded under another name are not taken up: this one changes when the order of recorded steps does, and
 * not with every release.
 */
const WORKFLOWS_VERSION = 'sagas/1';
const RETRY_MS = 500;
/** What runs when the service is stopped in good order gets so long to reach its next record, ms. */
const DRAIN_MS = 1_000;
/** Most connections of the library. */
const CONNECTIONS = 8;

/**
 * The library's connections. They are ours because of one moment: a connection that is cut while it is handed out has no
 * listener of the library's yet, and an error that nobody hears ends the process.
 */
export function openConnections(connectionString: string, log: Log): pg.Pool {
  const config = { connectionString, max: CONNECTIONS, application_name: 'dbos' };
  return openPool(config, (err) => log.debug({ err }, 'connection of the workflows lost'));
}

/** Launches the library once its database is there. Nothing of it listens on a port or sends telemetry. */
export async function launchDbos({
  pool,
  executorId,
  log,
  signal,
  clock = systemClock,
}: LaunchOptions): Promise<void> {
  DBOS.setConfig({
    name: 'stormglass-orders',
    systemDatabasePool: pool,
    systemDatabaseSchemaName: 'dbos',
    applicationVersion: WORKFLOWS_VERSION,
    executorID: executorId,
    enableOTLP: false,
    tracingEnabled: false,
    logger: toPino(log),
  });
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await DBOS.launch();
    } catch (err) {
      if (attempt === 0) log.warn({ err }, 'workflows not launched yet, trying on');
      await DBOS.shutdown().catch(() => undefined);
      await clock.sleep(RETRY_MS, signal);
    }
  }
}

export async function shutDownDbos(): Promise<void> {
  if (DBOS.isInitialized()) await DBOS.shutdown({ workflowCompletionTimeoutMS: DRAIN_MS });
}

/** The library's chatter is for those who look for it; what it warns of is for everybody. */
function toPino(log: Log): DLogger {
  const child = log.child({ part: 'dbos' });
  const say = (level: 'debug' | 'warn' | 'error') => (entry: unknown) =>
    entry instanceof Error ? child[level]({ err: entry }, entry.message) : child[level](String(entry));
  return { debug: say('debug'), info: say('debug'), warn: say('warn'), error: say('error') };
}
