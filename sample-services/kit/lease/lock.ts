import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import { reportEpoch } from './epoch.ts';
import { acquireLease, type Held, releaseLease, renewLease } from './lease.ts';

export interface LockOptions {
  db: Database;
  name: string;
  log: Log;
  /** Given when no other living process has this name, and this one asks once at a time: its former life's lock is free at once. */
  instance?: string | null;
  ttlMs?: number;
}

const TTL_MS = 5_000;

/**
 * Runs `work` while this process alone has the lock of that name; null at once when somebody else has it. The lock is
 * prolonged until the work ends; if that fails for its whole time `signal` is aborted. What the work writes has to go
 * under `whileHeld`: a process that slept through the end of its lock learns of it there.
 */
export async function withLock<T>(
  { db, name, log, instance = null, ttlMs = TTL_MS }: LockOptions,
  work: (held: Held, signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const owner = instance === null ? randomUUID() : `${instance}/${randomUUID().slice(0, 8)}`;
  const held = await acquireLease(db, name, { owner, instance }, ttlMs);
  if (held === null) return null;
  const lost = new AbortController();
  let until = performance.now() + ttlMs;
  const renewal = startLoop({
    name: `lock ${name}`,
    intervalMs: ttlMs / 5,
    log,
    run: async () => {
      const asked = performance.now();
      try {
        if (await renewLease(db, held, ttlMs)) until = asked + ttlMs;
        else lost.abort();
      } finally {
        if (performance.now() > until) lost.abort();
      }
    },
  });
  const stopReporting = reportEpoch(() => held);
  try {
    return await work(held, lost.signal);
  } finally {
    stopReporting();
    await renewal.stop();
    // Its end comes by itself when the database is away.
    await releaseLease(db, held).catch(() => undefined);
  }
}
