import { DBOS, type DLogger } from '@dbos-inc/dbos-sdk';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import type { Log } from '../../../kit/log.ts';

export interface LaunchOptions {
  /** The library keeps its record in a schema of its own in this database. */
  databaseUrl: string;
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

/** Launches the library once its database is there. Nothing of it listens on a port or sends telemetry. */
export async function launchDbos({
  databaseUrl,
  executorId,
  log,
  signal,
  clock = systemClock,
}: LaunchOptions): Promise<void> {
  DBOS.setConfig({
    name: 'stormglass-orders',
    systemDatabaseUrl: databaseUrl,
    systemDatabaseSchemaName: 'dbos',
    systemDatabasePoolSize: 8,
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
