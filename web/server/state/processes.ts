import type { DatabaseSync } from 'node:sqlite';
import { ProcessEvent } from '@stormglass/agents/contract';
import { bodies } from './rows.ts';

/** Older process events are of no use to any page; the collector's data is gone by then too. */
const KEEP_MS = 30 * 86_400_000;

export interface ProcessRecords {
  add(event: ProcessEvent): void;
  range(from: number, to: number): ProcessEvent[];
  /** Deletes what is older than 30 days. */
  trim(now: number): void;
}

export function processRecords(db: DatabaseSync): ProcessRecords {
  const add = db.prepare('INSERT INTO processes (at, body) VALUES (?, ?)');
  const range = db.prepare('SELECT body FROM processes WHERE at BETWEEN ? AND ? ORDER BY at LIMIT 5000');
  const trim = db.prepare('DELETE FROM processes WHERE at < ?');
  return {
    add: (event) => {
      add.run(event.at, JSON.stringify(event));
    },
    range: (from, to) => bodies(range.all(from, to), ProcessEvent),
    trim: (now) => {
      trim.run(now - KEEP_MS);
    },
  };
}
