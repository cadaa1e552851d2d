import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StormglassError } from '../contract/index.ts';
import { commandLine, isAlive } from './process-info.ts';

/**
 * How long each signal is given before the next. SIGINT is a fast shutdown (sessions end, a checkpoint is written),
 * SIGQUIT an immediate one (recovery at the next start), SIGKILL the last resort.
 */
const STEPS: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 3_000],
  ['SIGKILL', 3_000],
];

/**
 * Ends a server that still runs on this data directory because its launcher was killed, found by its pid file. Resolves
 * to the pid that was ended, null when there was none. The file's pid may belong to another program by now: only a
 * process whose command line says `postgres` and names this directory is touched.
 */
export async function reclaimPostgres(dataDir: string): Promise<number | null> {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  // A file of a dead server stays: from it the next one knows the shared memory of sessions that may still run.
  if (Number.isInteger(pid) && !isAlive(pid)) return null;
  if (!Number.isInteger(pid) || !isOurServer(pid, dataDir)) {
    // Postgres would refuse to start, because it takes whoever has this pid now for its predecessor.
    rmSync(file, { force: true });
    return null;
  }
  for (const [signal, ms] of STEPS) {
    sendSignal(pid, signal);
    if (await ended(pid, ms)) return pid;
  }
  throw new StormglassError(
    'internal',
    `a Postgres server (pid ${pid}) still runs on ${dataDir} and cannot be ended`,
    `end it yourself: kill -9 ${pid}`,
  );
}

function isOurServer(pid: number, dataDir: string): boolean {
  const command = commandLine(pid);
  return command.includes('postgres') && command.includes(dataDir);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function ended(pid: number, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; ) {
    if (!isAlive(pid)) return true;
    await sleep(20);
  }
  return false;
}
