import type { DatabaseSync } from 'node:sqlite';
import { Repeat } from '@stormglass/chaos/contract';
import { bodies, body } from './rows.ts';

/** Repeated runs; their runs are kept as all others. */
export interface RepeatRecords {
  save(repeat: Repeat): void;
  get(id: string): Repeat | null;
  newest(limit: number): Repeat[];
  /** Those without an end: the dashboard died under them. */
  unfinished(): Repeat[];
}

export function repeatRecords(db: DatabaseSync): RepeatRecords {
  const save = db.prepare(
    `INSERT INTO repeats (id, started_at, ended_at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, body = excluded.body`,
  );
  const one = db.prepare('SELECT body FROM repeats WHERE id = ?');
  const newest = db.prepare('SELECT body FROM repeats ORDER BY started_at DESC LIMIT ?');
  const unfinished = db.prepare('SELECT body FROM repeats WHERE ended_at IS NULL');
  return {
    save: (repeat) => {
      save.run(repeat.id, repeat.startedAt, repeat.endedAt, JSON.stringify(repeat));
    },
    get: (id) => {
      const row = one.get(id);
      return row ? body(row, Repeat) : null;
    },
    newest: (limit) => bodies(newest.all(limit), Repeat),
    unfinished: () => bodies(unfinished.all(), Repeat),
  };
}
