import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type CellVerdict, type StartOutcome, SweepRequest } from '@stormglass/chaos/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tempDir } from '../testing/dashboard.ts';
import { openState } from './index.ts';

const DAY = 86_400_000;

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

  test('forgets old events while the dashboard runs: those of three months ago, and all but the newest', () => {
    const state = openState(dir.path, () => 0);
    const add = (at: number) =>
      state.events.add({ at, type: 'halt.set', subject: 'all', says: `at ${at}`, data: {} }).seq;
    add(0);
    const young = add(91 * DAY);
    expect(state.events.after(0, 10).map(({ seq }) => seq)).toEqual([young]);
    const db = new DatabaseSync(join(dir.path, 'state.sqlite'));
    db.exec('UPDATE sqlite_sequence SET seq = seq + 100000');
    db.close();
    const newest = add(91 * DAY);
    expect(state.events.after(0, 10).map(({ seq }) => seq)).toEqual([newest]);
    state.close();
  });

  test('forgets the oldest starts of a schedule while the dashboard runs, but none that waits', () => {
    const state = openState(dir.path, () => 0);
    const start = (scheduleId: string, dueAt: number, outcome: StartOutcome = 'skipped') =>
      state.schedules.saveStart({
        ...{ id: `${scheduleId}-${dueAt}`, scheduleId, dueAt, at: dueAt, outcome, why: '', runId: null },
      });
    start('rare', 5);
    start('often', 1, 'queued');
    for (let due = 2; due <= 1_003; due++) start('often', due);
    const kept = state.schedules.starts('often', 2_000).map(({ dueAt }) => dueAt);
    expect([kept.length, kept[0], kept.at(-2), kept.at(-1)]).toEqual([1_001, 1_003, 4, 1]);
    expect(state.schedules.starts('rare', 10)).toHaveLength(1);
    start('often', 366 * DAY);
    expect(state.schedules.starts(null, 10).map(({ outcome, dueAt }) => [outcome, dueAt])).toEqual([
      ['skipped', 366 * DAY],
      ['queued', 1],
    ]);
    state.close();
  });

  test('counts how the cells of a sweep ended, the newest result of each', () => {
    const state = openState(dir.path, () => 0);
    const request = SweepRequest.parse({});
    state.sweeps.add(
      {
        ...{ id: 's', request, cells: 2, state: 'ended', why: '', startedBy: 'person', startedAt: 1 },
        ...{ endedAt: 2, spentMs: 1, shrinks: [] },
      },
      { from: 0, to: 1, cells: [], fitting: 0, untested: [] },
    );
    const result = (cellId: string, verdict: CellVerdict) =>
      state.sweeps.addResult('s', {
        ...{ cellId, row: 'a', column: 'b', verdict, why: '', faultIds: [], startedAt: 1, endedAt: 2 },
        ...{ injections: 0, reverted: null, readBack: '', exampleTraceId: null, figures: null },
      });
    result('one', 'inconclusive');
    result('two', 'breaks');
    result('one', 'breaks');
    const [summary] = state.sweeps.summaries(5);
    expect(summary).toMatchObject({ id: 's', verdicts: { breaks: 2 } });
    expect(summary).not.toHaveProperty('shrinks');
    state.close();
  });
});
