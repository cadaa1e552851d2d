import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import { acquireLease, type Held, releaseLease, renewLease } from './lease.ts';

export interface LockOptions {
  db: Database;
  name: string;
  log: Log;
  ttlMs?: number;
}

const TTL_MS = 5_000;

/**
 * Runs `work` while this process alone has the lock of that name; null at once when somebody else has it. The lock is
 * prolonged until the work ends; if that fails for its whole time `signal` is aborted. What the work writes has to go
 * under `whileHeld`: a process that slept through the end of its lock learns of it there.
 */
export async function withLock<T>(
  { db, name, log, ttlMs = TTL_MS }: LockOptions,
  work: (held: Held, signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const held = await acquireLease(db, name, { owner: randomUUID(), instance: null }, ttlMs);
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
  try {
    return await work(held, lost.signal);
  } finally {
    await renewal.stop();
    // Its end comes by itself when the database is away.
    await releaseLease(db, held).catch(() => undefined);
  }
}
