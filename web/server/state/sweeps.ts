import type { DatabaseSync } from 'node:sqlite';
import { CellResult, SweepHead } from '@stormglass/chaos/contract';
import { bodies, body } from './rows.ts';

/** Sweeps, and the result of each cell: written when it is judged, so a crash keeps all of them. */
export interface SweepRecords {
  save(head: SweepHead): void;
  addResult(sweepId: string, result: CellResult): void;
  get(id: string): SweepHead | null;
  /** In the order in which the cells were judged. */
  results(sweepId: string): CellResult[];
  newest(limit: number): SweepHead[];
  /** Those without an end: the dashboard died under them. */
  unfinished(): SweepHead[];
}

export function sweepRecords(db: DatabaseSync): SweepRecords {
  const save = db.prepare(
    `INSERT INTO sweeps (id, started_at, ended_at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, body = excluded.body`,
  );
  const addResult = db.prepare(
    `INSERT INTO sweep_results (sweep_id, seq, body)
     SELECT ?1, coalesce(max(seq) + 1, 0), ?2 FROM sweep_results WHERE sweep_id = ?1`,
  );
  const one = db.prepare('SELECT body FROM sweeps WHERE id = ?');
  const results = db.prepare('SELECT body FROM sweep_results WHERE sweep_id = ? ORDER BY seq');
  const newest = db.prepare('SELECT body FROM sweeps ORDER BY started_at DESC LIMIT ?');
  const unfinished = db.prepare('SELECT body FROM sweeps WHERE ended_at IS NULL');
  return {
    save: (head) => {
      save.run(head.id, head.startedAt, head.endedAt, JSON.stringify(head));
    },
    addResult: (sweepId, result) => {
      addResult.run(sweepId, JSON.stringify(result));
    },
    get: (id) => {
      const row = one.get(id);
      return row ? body(row, SweepHead) : null;
    },
    results: (sweepId) => bodies(results.all(sweepId), CellResult),
    newest: (limit) => bodies(newest.all(limit), SweepHead),
    unfinished: () => bodies(unfinished.all(), SweepHead),
  };
}
