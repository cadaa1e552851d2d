import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endGroup, runLeashed } from './leashed.ts';
import { isAlive } from './process-info.ts';

const LEASHED = fileURLToPath(new URL('leashed.ts', import.meta.url));
const soon = { timeout: 20_000, interval: 20 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leashed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program with a child, both of which say who they are and would run for ever. */
const program = (file: string) =>
  `echo $$ >> ${file}; (echo $(exec sh -c 'echo $PPID') >> ${file}; sleep 600) & sleep 600`;
const pidsIn = (file: string) => readFileSync(file, 'utf8').trim().split('\n').map(Number);

/** A launcher that spawns `program` and then does what `then` says. */
function launch(file: string, then: string) {
  const source = `
    import { endGroup, spawnLeashed } from ${JSON.stringify(LEASHED)};
    const out = { stdout: 2, stderr: 2 };
    const { child } = spawnLeashed('/bin/sh', ['-c', ${JSON.stringify(program(file))}], out, endGroup);
    console.log(child.pid);
    ${then}`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('a leashed program', () => {
  test('goes with its children when its launcher is killed with SIGKILL', async () => {
    const file = join(folder, 'pids');
    const launcher = launch(file, 'setInterval(() => {}, 1000);');
    const pids = await vi.waitFor(() => {
      const found = pidsIn(file);
      expect(found).toHaveLength(2);
      return found;
    }, soon);
    launcher.kill('SIGKILL');
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), soon);
  });

  test('goes even when its launcher dies in the moment of the start', async () => {
    const launcher = launch(join(folder, 'pids'), "process.kill(process.pid, 'SIGKILL');");
    const [line] = await once(launcher.stdout, 'data');
    await vi.waitFor(() => expect(isAlive(Number(line))).toBe(false), soon);
  });

  test('gives its end and what it wrote', async () => {
    const outcome = await runLeashed('/bin/sh', ['-c', 'echo "$0 $1"; exit 3', 'one', 'two words'], {});
    expect(outcome).toEqual({ code: 3, signal: null, output: 'one two words\n' });
  });

  test('is killed with its children by an abort', async () => {
    const file = join(folder, 'pids');
    const abort = new AbortController();
    const running = runLeashed('/bin/sh', ['-c', program(file)], { signal: abort.signal });
    await vi.waitFor(() => expect(pidsIn(file)).toHaveLength(2), soon);
    abort.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    await vi.waitFor(() => expect(pidsIn(file).filter(isAlive)).toEqual([]), soon);
  });

  test('that has gone already is aborted quietly, whoever still holds its output', async () => {
    const file = join(folder, 'pids');
    const source = `
      const left = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'inherit' });
      left.unref();
      require('node:fs').writeFileSync(${JSON.stringify(file)}, process.pid + '\\n' + left.pid);`;
    const abort = new AbortController();
    const running = runLeashed(process.execPath, ['-e', source], { signal: abort.signal });
    const [program = 0, left = 0] = await vi.waitFor(() => {
      const pids = pidsIn(file);
      expect(pids).toHaveLength(2);
      return pids;
    }, soon);
    await vi.waitFor(() => expect(isAlive(program)).toBe(false), soon);
    abort.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(isAlive(left)).toBe(true);
    process.kill(left, 'SIGKILL');
  });

  test('is asked before it is made to', () => {
    expect(endGroup(7)).toBe('kill -TERM -7; sleep 3; kill -KILL -7');
  });
});
