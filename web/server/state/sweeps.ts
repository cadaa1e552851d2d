import type { DatabaseSync } from 'node:sqlite';
import { CellResult, SweepHead, SweepPlan, SweepSummary } from '@stormglass/chaos/contract';
import { bodies, body } from './rows.ts';

/** Sweeps, and the result of each cell: written when it is judged, so a crash keeps all of them. */
export interface SweepRecords {
  add(head: SweepHead, plan: SweepPlan): void;
  /** One that was added. */
  save(head: SweepHead): void;
  addResult(sweepId: string, result: CellResult): void;
  get(id: string): SweepHead | null;
  /** Hundreds of cells, each with its faults: not to be read without need. */
  plan(id: string): SweepPlan | null;
  /** In the order in which the cells were judged. */
  results(sweepId: string): CellResult[];
  newest(limit: number): SweepHead[];
  /** The same with how its cells ended, made without reading their results; of a cell the newest counts. */
  summaries(limit: number): SweepSummary[];
}

export function sweepRecords(db: DatabaseSync): SweepRecords {
  const add = db.prepare('INSERT INTO sweeps (id, started_at, ended_at, body, plan) VALUES (?, ?, ?, ?, ?)');
  const save = db.prepare('UPDATE sweeps SET ended_at = ?, body = ? WHERE id = ?');
  const addResult = db.prepare(
    `INSERT INTO sweep_results (sweep_id, seq, body)
     SELECT ?1, coalesce(max(seq) + 1, 0), ?2 FROM sweep_results WHERE sweep_id = ?1`,
  );
  const one = db.prepare('SELECT body FROM sweeps WHERE id = ?');
  const plan = db.prepare('SELECT plan AS body FROM sweeps WHERE id = ?');
  const results = db.prepare('SELECT body FROM sweep_results WHERE sweep_id = ? ORDER BY seq');
  const newest = db.prepare('SELECT body FROM sweeps ORDER BY started_at DESC LIMIT ?');
  const heads = db.prepare(
    `SELECT id, json_remove(body, '$.shrinks') AS body FROM sweeps ORDER BY started_at DESC LIMIT ?`,
  );
  const verdicts = db.prepare(
    `SELECT verdict, count(*) AS cells FROM
       (SELECT verdict, max(seq) FROM sweep_results WHERE sweep_id = ? GROUP BY cell_id) GROUP BY verdict`,
  );
  return {
    add: (head, made) => {
      add.run(head.id, head.startedAt, head.endedAt, JSON.stringify(head), JSON.stringify(made));
    },
    save: (head) => {
      save.run(head.endedAt, JSON.stringify(head), head.id);
    },
    addResult: (sweepId, result) => {
      addResult.run(sweepId, JSON.stringify(result));
    },
    get: (id) => {
      const row = one.get(id);
      return row ? body(row, SweepHead) : null;
    },
    plan: (id) => {
      const row = plan.get(id);
      return row ? body(row, SweepPlan) : null;
    },
    results: (sweepId) => bodies(results.all(sweepId), CellResult),
    newest: (limit) => bodies(newest.all(limit), SweepHead),
    summaries: (limit) =>
      heads.all(limit).map((row) => {
        const counts = verdicts.all(row.id ?? null).map(({ verdict, cells }) => [verdict, Number(cells)]);
        return SweepSummary.parse({ ...body(row, SweepHead), verdicts: Object.fromEntries(counts) });
      }),
  };
}
