import type { DatabaseSync } from 'node:sqlite';
import { Maintenance, Schedule, ScheduledStart } from '@stormglass/chaos/contract';
import { bodies, body } from './rows.ts';

/** Of the starts of each schedule the newest so many, and none older than a year. */
const KEEP_STARTS = 1_000;
const KEEP_MS = 365 * 86_400_000;

/** Schedules, what became of their starts, and the times in which none starts anything. */
export interface ScheduleRecords {
  save(schedule: Schedule): void;
  /** Its history stays. */
  remove(id: string): void;
  get(id: string): Schedule | null;
  /** Oldest first. */
  all(): Schedule[];
  /** Forgets the oldest; one that waits for its turn stays. */
  saveStart(start: ScheduledStart): void;
  /** Newest first; of all schedules where none is named. */
  starts(scheduleId: string | null, limit: number): ScheduledStart[];
  /** Those that still wait for their turn, oldest first. */
  queued(): ScheduledStart[];
  saveMaintenance(window: Maintenance): void;
  removeMaintenance(id: string): boolean;
  /** Those that have not ended by then, in order. */
  maintenance(after: number): Maintenance[];
}

export function scheduleRecords(db: DatabaseSync): ScheduleRecords {
  const starts = startRecords(db);
  const save = db.prepare(
    `INSERT INTO schedules (id, created_at, body) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  );
  const remove = db.prepare('DELETE FROM schedules WHERE id = ?');
  const one = db.prepare('SELECT body FROM schedules WHERE id = ?');
  const all = db.prepare('SELECT body FROM schedules ORDER BY created_at');
  const addWindow = db.prepare('INSERT INTO maintenance (id, ends_at, body) VALUES (?, ?, ?)');
  const removeWindow = db.prepare('DELETE FROM maintenance WHERE id = ?');
  const windows = db.prepare('SELECT body FROM maintenance WHERE ends_at > ? ORDER BY ends_at');
  return {
    ...starts,
    save: (schedule) => {
      save.run(schedule.id, schedule.createdAt, JSON.stringify(schedule));
    },
    remove: (id) => {
      remove.run(id);
    },
    get: (id) => {
      const row = one.get(id);
      return row ? body(row, Schedule) : null;
    },
    all: () => bodies(all.all(), Schedule),
    saveMaintenance: (window) => {
      addWindow.run(window.id, window.to, JSON.stringify(window));
    },
    removeMaintenance: (id) => removeWindow.run(id).changes > 0,
    maintenance: (after) => bodies(windows.all(after), Maintenance),
  };
}

function startRecords(db: DatabaseSync): Pick<ScheduleRecords, 'saveStart' | 'starts' | 'queued'> {
  const save = db.prepare(
    `INSERT INTO scheduled_starts (id, schedule_id, due_at, outcome, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, body = excluded.body`,
  );
  const newest = db.prepare('SELECT body FROM scheduled_starts ORDER BY due_at DESC LIMIT ?');
  const ofOne = db.prepare(
    'SELECT body FROM scheduled_starts WHERE schedule_id = ? ORDER BY due_at DESC LIMIT ?',
  );
  const trim = db.prepare(
    `DELETE FROM scheduled_starts WHERE outcome <> 'queued' AND (due_at < ?2 OR (schedule_id = ?1 AND due_at <=
       (SELECT due_at FROM scheduled_starts WHERE schedule_id = ?1 ORDER BY due_at DESC LIMIT 1 OFFSET ${KEEP_STARTS})))`,
  );
  const queued = db.prepare("SELECT body FROM scheduled_starts WHERE outcome = 'queued' ORDER BY due_at");
  return {
    saveStart: (start) => {
      save.run(start.id, start.scheduleId, start.dueAt, start.outcome, JSON.stringify(start));
      trim.run(start.scheduleId, start.at - KEEP_MS);
    },
    starts: (scheduleId, limit) =>
      bodies(scheduleId === null ? newest.all(limit) : ofOne.all(scheduleId, limit), ScheduledStart),
    queued: () => bodies(queued.all(), ScheduledStart),
  };
}
