import type { DatabaseSync } from 'node:sqlite';
import { GameDay } from '@stormglass/chaos/contract';
import { bodies, body } from './rows.ts';

/** Game days; their runs are kept as all others. */
export interface GameDayRecords {
  save(gameday: GameDay): void;
  get(id: string): GameDay | null;
  newest(limit: number): GameDay[];
  /** Those without an end: the dashboard died under them. */
  unfinished(): GameDay[];
}

export function gameDayRecords(db: DatabaseSync): GameDayRecords {
  const save = db.prepare(
    `INSERT INTO gamedays (id, started_at, ended_at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, body = excluded.body`,
  );
  const one = db.prepare('SELECT body FROM gamedays WHERE id = ?');
  const newest = db.prepare('SELECT body FROM gamedays ORDER BY started_at DESC LIMIT ?');
  const unfinished = db.prepare('SELECT body FROM gamedays WHERE ended_at IS NULL');
  return {
    save: (gameday) => {
      save.run(gameday.id, gameday.startedAt, gameday.endedAt, JSON.stringify(gameday));
    },
    get: (id) => {
      const row = one.get(id);
      return row ? body(row, GameDay) : null;
    },
    newest: (limit) => bodies(newest.all(limit), GameDay),
    unfinished: () => bodies(unfinished.all(), GameDay),
  };
}
