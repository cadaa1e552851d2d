import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TestHub } from '../../node/testing/hub.ts';
import { startHostAgent } from '../host-agent.ts';
import { isAlive, isStopped } from '../process-info.ts';
import { Supervisor } from '../supervisor.ts';
import { UndoJournal } from '../undo-journal.ts';

const HARMING = fileURLToPath(new URL('../fixtures/harming.ts', import.meta.url));
const soon = { timeout: 30_000, interval: 25 };

interface Said {
  pid: number;
  folder: string;
  directory: string;
  armed: { ok: boolean };
}

let launcher: ChildProcess;
let said: Said;
beforeEach(() => {
  said = { pid: 0, folder: '', directory: '', armed: { ok: false } };
});
afterEach(() => {
  launcher.kill('SIGKILL');
  if (said.pid > 0 && isAlive(said.pid)) process.kill(said.pid, 'SIGKILL');
  if (said.folder !== '') rmSync(said.folder, { recursive: true, force: true });
});

/** A launcher that has armed a fault. */
async function harm(action: object): Promise<void> {
  const child = spawn(process.execPath, [HARMING, JSON.stringify(action)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  launcher = child;
  const [line] = await once(child.stdout, 'data');
  said = JSON.parse(line);
  expect(said.armed).toMatchObject({ ok: true });
}

const ballast = () => readdirSync(said.directory).filter((name) => name.startsWith('.stormglass'));

test('a process that is paused goes on when the launcher is killed', { timeout: 60_000 }, async () => {
  await harm({ type: 'process_pause' });
  await vi.waitUntil(() => isStopped(said.pid), soon);
  launcher.kill('SIGKILL');
  await vi.waitUntil(() => !isStopped(said.pid), soon);
  expect(isAlive(said.pid)).toBe(true);
});

test('a disk that is filled has its room again when the launcher is killed', {
  timeout: 60_000,
}, async () => {
  await harm({ type: 'disk_full', bytes: 4_194_304 });
  expect(ballast()).toHaveLength(1);
  launcher.kill('SIGKILL');
  await vi.waitUntil(() => ballast().length === 0, soon);
});

test('what stands in the journal is taken back by the next start', { timeout: 60_000 }, async () => {
  await harm({ type: 'disk_full', bytes: 4_194_304 });
  const journal = join(said.folder, 'undo.jsonl');
  expect(new UndoJournal(journal).pending()).toMatchObject([{ undo: { kind: 'remove_ballast' } }]);
  launcher.kill('SIGKILL');
  const hub = await TestHub.start();
  const undone: string[] = [];
  const supervisor = new Supervisor({ logDir: join(said.folder, 'logs'), onEvent: () => undefined });
  const host = await startHostAgent({
    ...{ supervisor, adminUrl: null, proxyApi: null, journal, hub: hub.url, key: null, version: 'test' },
    ...{ reach: ['orders'], startedAt: 0, onUndone: (words) => undone.push(words) },
  });
  expect(undone.join()).toContain('is gone');
  expect(ballast()).toEqual([]);
  expect(new UndoJournal(journal).pending()).toEqual([]);
  await host.close();
  await hub.close();
});
