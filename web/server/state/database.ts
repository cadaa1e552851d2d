import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StormglassError } from '@stormglass/agents/contract';
import { MIGRATIONS } from './migrations.ts';

const FILE = 'state.sqlite';

/** Opens (and creates, and migrates) the dashboard's state file in `dataDir`. The caller closes it. */
export function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const db = new DatabaseSync(join(dataDir, FILE));
  // WAL + NORMAL: a crash of the process loses nothing; a power cut may lose the last commits, never the file.
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = ON',
  );
  migrate(db);
  return db;
}

function migrate(db: DatabaseSync): void {
  const row = db.prepare('PRAGMA user_version').get();
  const version = Number(row?.user_version ?? 0);
  if (version > MIGRATIONS.length) {
    db.close();
    throw new StormglassError(
      'conflict',
      `the state file has version ${version}, this dashboard knows ${MIGRATIONS.length}`,
      'Start the newer dashboard which wrote it, or use another data directory.',
    );
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    transaction(db, () => {
      db.exec(sql);
      db.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

/** All or nothing; nested calls are not supported. */
function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
