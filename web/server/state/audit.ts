import type { DatabaseSync } from 'node:sqlite';
import { AuditEntry } from '../../live/answers.ts';

type AuditLine = Omit<AuditEntry, 'seq' | 'at'>;

/** Who did what, when, why, and how it ended. Append-only: triggers refuse changes. */
export interface Audit {
  add(line: AuditLine): void;
  /** Newest first. */
  newest(limit: number): AuditEntry[];
}

export function openAudit(db: DatabaseSync, now: () => number): Audit {
  const add = db.prepare(
    'INSERT INTO audit (at, who, what, subject, why, outcome) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const newest = db.prepare(
    'SELECT seq, at, who, what, subject, why, outcome FROM audit ORDER BY seq DESC LIMIT ?',
  );
  return {
    add: (line) => {
      add.run(now(), line.who, line.what, line.subject, line.why, line.outcome);
    },
    newest: (limit) => newest.all(limit).map((row) => AuditEntry.parse(row)),
  };
}
