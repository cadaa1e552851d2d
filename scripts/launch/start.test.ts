import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataDir } from './data-dir.ts';
import { parseOptions } from './options.ts';
import { choosePorts, demandFree, holderOf } from './ports.ts';

const START = fileURLToPath(new URL('../start.ts', import.meta.url));

let folder: string;
let server: Server | null;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
  server = null;
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await new Promise((done) => (server === null ? done(null) : server.close(done)));
  rmSync(folder, { recursive: true, force: true });
});

async function takenPort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  server = taken;
  await once(taken, 'listening');
  const address = taken.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Runs the launcher to its end; resolves to its exit code and what it said. */
async function start(...args: string[]): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [START, '--data-dir', join(folder, 'data'), ...args]);
  children.push(child);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'exit');
  return { code, said };
}

describe('npm start, when it cannot', () => {
  test('names a taken port, who holds it and the next step, and leaves nothing behind', async () => {
    const port = await takenPort();
    const { code, said } = await start('--bare', '--port', String(port));
    expect(code).toBe(1);
    expect(said).toMatch(new RegExp(`port ${port} \\(dashboard\\) is taken`));
    expect(said).toContain('start with --port 0 to take free ports');
    expect(existsSync(join(folder, 'data', 'launcher.json'))).toBe(false);
  });

  test('tells a program the same in one JSON line', async () => {
    const port = await takenPort();
    const { said } = await start('--bare', '--json', '--port', String(port));
    expect(JSON.parse(said)).toMatchObject({ event: 'error', code: 'conflict' });
  });

  test('refuses a data directory which a living launcher has', async () => {
    // A stand-in whose command line looks like the launcher's.
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'start.ts']);
    children.push(other);
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'launcher.json'), JSON.stringify({ pid: other.pid }));
    const { code, said } = await start('--bare');
    expect(code).toBe(1);
    expect(said).toContain(`is in use by the launcher with pid ${other.pid}`);
  });

  test('does not delete with --fresh what is not its own', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'thesis.txt'), 'precious');
    const { code, said } = await start('--bare', '--fresh', '--port', '0');
    expect(code).toBe(1);
    expect(said).toContain('holds something else than Stormglass data');
    expect(existsSync(join(folder, 'data', 'thesis.txt'))).toBe(true);
  });

  test.each([
    ['which is a file', () => join(folder, 'file'), 'a part of the path is a file'],
    ['in a file', () => join(folder, 'file', 'data'), 'a part of the path is a file'],
    ['with a name that is too long', () => join(folder, 'x'.repeat(300)), 'the path is too long'],
    ['with a path that is too long', () => `${folder}${'/long'.repeat(200)}`, 'the path is too long'],
  ])('refuses a data directory %s', async (_what, path, reason) => {
    writeFileSync(join(folder, 'file'), '');
    for (const fresh of [false, true]) {
      const refused = { code: 'invalid_request', next: 'give another folder with --data-dir' };
      await expect(openDataDir(path(), fresh)).rejects.toMatchObject(refused);
      await expect(openDataDir(path(), fresh)).rejects.toThrow(reason);
    }
  });

  // Where nobody may make a folder, root included.
  test.runIf(existsSync('/proc/self'))(
    'refuses a data directory in /proc at once, with exit code 1',
    async () => {
      const { code, said } = await start('--bare', '--port', '0', '--data-dir', '/proc/x');
      expect(code).toBe(1);
      expect(said).toMatch(/\/proc\/x cannot hold the data: .*: give another folder with --data-dir/);
    },
  );

  test('says what is wrong with an option', async () => {
    const { code, said } = await start('--prot', '1');
    expect(code).toBe(1);
    expect(said).toContain("Unknown option '--prot'");
  });
});

test('options have the documented defaults', () => {
  expect(parseOptions([])).toMatchObject({
    bare: false,
    load: true,
    port: null,
    host: '127.0.0.1',
    json: false,
  });
  expect(() => parseOptions(['--port', '70000'])).toThrow('--port 70000 is no port');
});

test('port 0 takes a different free port for everything', async () => {
  const ports = Object.values(await choosePorts(0));
  expect(new Set(ports).size).toBe(ports.length);
  expect(Math.min(...ports)).toBeGreaterThan(1023);
});

test.runIf(process.platform === 'linux')('the holder of a port is named with its pid', async () => {
  const port = await takenPort();
  expect(holderOf(port)).toContain(`(pid ${process.pid})`);
});

test('a port that becomes free within the patience is no problem', async () => {
  const port = await takenPort();
  const wait = demandFree([{ name: 'orders', port, host: '127.0.0.1' }], 10_000);
  server?.close();
  await wait;
});
