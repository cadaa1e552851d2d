/**
 * The schema of the dashboard's own state, one entry a version (`PRAGMA user_version`). Entries are never edited after
 * a release, only added. Bodies are JSON of the contract types; what is searched by stands in a column.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE faults (
    id TEXT PRIMARY KEY,
    armed_at REAL NOT NULL,
    ended_at REAL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX faults_by_time ON faults (armed_at);
  CREATE INDEX faults_open ON faults (ended_at) WHERE ended_at IS NULL;

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    started_at REAL NOT NULL,
    ended_at REAL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_time ON runs (started_at);
  CREATE TABLE run_events (
    run_id TEXT NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE processes (
    at REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX processes_by_time ON processes (at);

  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    why TEXT NOT NULL,
    outcome TEXT NOT NULL
  ) STRICT;
  -- Append-only is kept by the database, not by good manners.
  CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE repeats (
    id TEXT PRIMARY KEY,
    started_at REAL NOT NULL,
    ended_at REAL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX repeats_by_time ON repeats (started_at);
  `,
  `
  CREATE TABLE schedules (
    id TEXT PRIMARY KEY,
    created_at REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE scheduled_starts (
    id TEXT PRIMARY KEY,
    schedule_id TEXT NOT NULL,
    due_at REAL NOT NULL,
    outcome TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX scheduled_starts_by_time ON scheduled_starts (due_at);
  CREATE INDEX scheduled_starts_by_schedule ON scheduled_starts (schedule_id, due_at);
  CREATE INDEX scheduled_starts_queued ON scheduled_starts (due_at) WHERE outcome = 'queued';
  CREATE TABLE maintenance (
    id TEXT PRIMARY KEY,
    ends_at REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE gamedays (
    id TEXT PRIMARY KEY,
    started_at REAL NOT NULL,
    ended_at REAL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX gamedays_by_time ON gamedays (started_at);
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_time ON events (at);
  CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the feed of events is only added to'); END;
  CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    created_at REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, id);
  `,
  `
  CREATE TABLE sweeps (
    id TEXT PRIMARY KEY,
    started_at REAL NOT NULL,
    ended_at REAL,
    body TEXT NOT NULL,
    plan TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sweeps_by_time ON sweeps (started_at);
  CREATE TABLE sweep_results (
    sweep_id TEXT NOT NULL REFERENCES sweeps (id),
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (sweep_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER sweep_result_is_never_changed BEFORE UPDATE ON sweep_results
    BEGIN SELECT RAISE(ABORT, 'results of a sweep are append-only'); END;
  `,
  `
  ALTER TABLE sweep_results ADD COLUMN cell_id TEXT GENERATED ALWAYS AS (json_extract(body, '$.cellId')) VIRTUAL;
  ALTER TABLE sweep_results ADD COLUMN verdict TEXT GENERATED ALWAYS AS (json_extract(body, '$.verdict')) VIRTUAL;
  CREATE INDEX sweep_results_by_cell ON sweep_results (sweep_id, cell_id, seq, verdict);
  `,
];
