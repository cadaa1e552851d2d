import type { DatabaseSync } from 'node:sqlite';
import { FaultInterval } from '@stormglass/agents/contract';
import { bodies } from './rows.ts';

/** Fault intervals, kept for as long as the state file lives. */
export interface FaultRecords {
  save(interval: FaultInterval): void;
  /** Those without an end: armed by a dashboard that died. */
  unfinished(): FaultInterval[];
  /** Those which touch [from, to], epoch ms, oldest first. */
  range(from: number, to: number): FaultInterval[];
  /** Ended ones, newest first. */
  ended(limit: number): FaultInterval[];
}

export function faultRecords(db: DatabaseSync): FaultRecords {
  const save = db.prepare(
    `INSERT INTO faults (id, armed_at, ended_at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, body = excluded.body`,
  );
  const unfinished = db.prepare('SELECT body FROM faults WHERE ended_at IS NULL ORDER BY armed_at');
  const range = db.prepare(
    'SELECT body FROM faults WHERE armed_at <= ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY armed_at LIMIT 5000',
  );
  const ended = db.prepare(
    'SELECT body FROM faults WHERE ended_at IS NOT NULL ORDER BY armed_at DESC LIMIT ?',
  );
  return {
    save: (f) => {
      save.run(f.faultId, f.armedAt, f.endedAt, JSON.stringify(f));
    },
    unfinished: () => bodies(unfinished.all(), FaultInterval),
    range: (from, to) => bodies(range.all(to, from), FaultInterval),
    ended: (limit) => bodies(ended.all(limit), FaultInterval),
  };
}
