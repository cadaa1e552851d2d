import type { DatabaseSync } from 'node:sqlite';
import { Run, RunEvent } from '@stormglass/chaos/contract';
import { bodies, body } from './rows.ts';

const Header = Run.omit({ events: true });
type Header = Omit<Run, 'events'>;

/** Runs and their events; an event is written when it happens, so a crash keeps the run up to that moment. */
export interface RunRecords {
  save(header: Header): void;
  addEvent(runId: string, seq: number, event: RunEvent): void;
  get(id: string): Run | null;
  /** Headers, newest first. */
  newest(limit: number): Header[];
  /** Those without an end: the dashboard died under them. */
  unfinished(): Header[];
}

export function runRecords(db: DatabaseSync): RunRecords {
  const save = db.prepare(
    `INSERT INTO runs (id, started_at, ended_at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, body = excluded.body`,
  );
  const addEvent = db.prepare('INSERT INTO run_events (run_id, seq, body) VALUES (?, ?, ?)');
  const one = db.prepare('SELECT body FROM runs WHERE id = ?');
  const events = db.prepare('SELECT body FROM run_events WHERE run_id = ? ORDER BY seq');
  const newest = db.prepare('SELECT body FROM runs ORDER BY started_at DESC LIMIT ?');
  const unfinished = db.prepare('SELECT body FROM runs WHERE ended_at IS NULL');
  return {
    save: (run) => {
      save.run(run.id, run.startedAt, run.endedAt, JSON.stringify(Header.parse(run)));
    },
    addEvent: (runId, seq, event) => {
      addEvent.run(runId, seq, JSON.stringify(event));
    },
    get: (id) => {
      const row = one.get(id);
      return row ? { ...body(row, Header), events: bodies(events.all(id), RunEvent) } : null;
    },
    newest: (limit) => bodies(newest.all(limit), Header),
    unfinished: () => bodies(unfinished.all(), Header),
  };
}
