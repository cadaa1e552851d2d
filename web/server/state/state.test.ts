import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tempDir } from '../testing/dashboard.ts';
import { openState } from './index.ts';

let dir: ReturnType<typeof tempDir>;
beforeEach(() => {
  dir = tempDir();
});
afterEach(() => dir.remove());

describe('the state file', () => {
  test('keeps the audit log for good: lines can be added, not changed or removed', () => {
    const state = openState(dir.path, () => 42);
    const line = { who: 'person', what: 'halt', subject: 'all', why: 'drill', outcome: 'done' };
    state.audit.add(line);
    const db = new DatabaseSync(join(dir.path, 'state.sqlite'));
    expect(() => db.exec("UPDATE audit SET who = 'nobody'")).toThrow(/append-only/);
    expect(() => db.exec('DELETE FROM audit')).toThrow(/append-only/);
    db.close();
    expect(state.audit.newest(10)).toEqual([{ seq: 1, at: 42, ...line }]);
    state.close();
  });

  test('is opened again by the same version, and refused when a newer one wrote it', () => {
    openState(dir.path, () => 0).close();
    openState(dir.path, () => 0).close();
    const db = new DatabaseSync(join(dir.path, 'state.sqlite'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(() => openState(dir.path, () => 0)).toThrow(/version 99/);
  });
});
