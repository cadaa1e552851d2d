import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { body } from './rows.ts';

/** Key under which scopes are signed, base64. Made once: a scope outlives a restart of the dashboard. */
export function scopeKey(db: DatabaseSync): string {
  const row = db.prepare("SELECT body FROM settings WHERE name = 'scope_key'").get();
  if (row) return body(row, z.string());
  const made = randomBytes(32).toString('base64');
  db.prepare("INSERT INTO settings (name, body) VALUES ('scope_key', ?)").run(JSON.stringify(made));
  return made;
}
