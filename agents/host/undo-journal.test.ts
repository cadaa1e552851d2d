import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UndoJournal } from './undo-journal.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'undo-'));
  path = join(folder, 'undo.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const orders = { kind: 'allow_connections', database: 'orders' } as const;
const paused = { kind: 'continue_process', pid: 4711 } as const;

test('an undo without its end survives a crash, one with its end does not', () => {
  const journal = new UndoJournal(path);
  journal.write('a', orders);
  journal.write('b', paused);
  journal.done('a');
  journal.close();
  expect(new UndoJournal(path).pending()).toEqual([{ id: 'b', undo: paused }]);
});

test('a line which a crash cut short is passed over', () => {
  const journal = new UndoJournal(path);
  journal.write('a', orders);
  appendFileSync(path, '{"id":"b","undo":{"kind":"allow_conn');
  expect(journal.pending()).toEqual([{ id: 'a', undo: orders }]);
});

test('replay ticks off what succeeded and keeps what failed for the next start', async () => {
  const journal = new UndoJournal(path);
  journal.write('a', orders);
  journal.write('b', paused);
  const results = await journal.replay(async (undo) => {
    if (undo.kind === 'continue_process') throw new Error('not now');
    return 'datallowconn = true';
  });
  expect(results.map(({ result }) => result)).toEqual(['datallowconn = true', 'failed: not now']);
  expect(journal.pending()).toEqual([{ id: 'b', undo: paused }]);
});

test('the file is empty again when everything is taken back', async () => {
  const journal = new UndoJournal(path);
  journal.write('a', orders);
  await journal.replay(async () => 'ok');
  expect(readFileSync(path, 'utf8')).toBe('');
});
