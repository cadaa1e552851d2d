import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test as base, expect } from '@playwright/test';
import { z } from 'zod';
import { stepsOf } from '../chaos/cli/testing/workflow.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(ROOT, 'chaos', 'cli', 'main.ts');
const run = promisify(execFile);

/** A machine of CI for the steps of a job: a folder for its files, and what steps tell later ones. */
class Runner {
  readonly folder = mkdtempSync(join(tmpdir(), 'stormglass-ci-'));
  readonly #groups: number[] = [];

  constructor() {
    // Postgres runs as another user when the tests run as root.
    chmodSync(this.folder, 0o755);
    for (const name of ['env', 'summary']) writeFileSync(join(this.folder, name), '');
  }

  get env(): NodeJS.ProcessEnv {
    const told = readFileSync(join(this.folder, 'env'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('='));
    return {
      ...process.env,
      ...{ RUNNER_TEMP: this.folder, GITHUB_ENV: join(this.folder, 'env') },
      GITHUB_STEP_SUMMARY: join(this.folder, 'summary'),
      ...Object.fromEntries(
        told.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
    };
  }

  /** As GitHub runs a step: its exit code is that of the first command that fails. */
  async step(script: string): Promise<{ code: number | null; said: string }> {
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      ...{ cwd: ROOT, env: this.env, detached: true },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) this.#groups.push(child.pid);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    // Not `close`: what a step leaves running may hold its streams.
    const [code] = await once(child, 'exit');
    return { code, said };
  }

  /** Ends what steps left running, as the end of a job does. */
  async close(): Promise<void> {
    for (const group of this.#groups) {
      if (!isThere(group)) continue;
      process.kill(-group, 'SIGTERM');
      await expect.poll(() => isThere(group), { timeout: 60_000 }).toBe(false);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function isThere(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    // Nobody of it is left.
    return false;
  }
}

const Faults = z.object({ faults: z.array(z.object({ faultId: z.string() })) });

/** Ended by a fixture: what a step started goes away when the test runs out of time, too. */
const test = base.extend<{ runner: Runner }>({
  runner: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern.
    async ({}, use) => {
      const runner = new Runner();
      await use(runner);
      await runner.close();
    },
    { timeout: 120_000 },
  ],
});

test('The workflow of docs/ci.md runs as it stands, and every command works on a real dashboard', async ({
  runner,
}) => {
  test.skip(process.env.STORMGLASS_LONG !== '1', 'takes minutes: npm run campaign -- ci-example');
  for (const { name, run: script } of stepsOf(readFileSync(join(ROOT, 'docs', 'ci.md'), 'utf8'))) {
    if (script === undefined) continue;
    const { code, said } = await runner.step(script);
    expect(code, `${name}\n${said}`).toBe(0);
  }
  const report = readFileSync(join(runner.folder, 'report.html'), 'utf8');
  expect(report).toMatch(/Degraded, recovered|Passed/);
  expect(readFileSync(join(runner.folder, 'summary'), 'utf8')).toContain('## Recovery');

  const stormglass = (...args: string[]) => run(process.execPath, [MAIN, ...args], { env: runner.env });
  const latency = ['--type', 'latency', '--target', 'payments', '--set', 'ms=5', '--duration', '60s'];
  expect((await stormglass('faults', 'arm', ...latency, '--dry')).stdout).toContain(
    'would be armed on payments',
  );
  await stormglass('faults', 'arm', ...latency);
  const { faults } = Faults.parse(JSON.parse((await stormglass('faults', 'list', '--json')).stdout));
  expect(faults).toHaveLength(1);
  expect((await stormglass('faults', 'release', faults[0]?.faultId ?? '')).stdout).toContain('released');
  expect((await stormglass('faults', 'list')).stdout).toContain('no fault is armed');
  expect((await stormglass('experiments', 'list')).stdout).toContain('payment-latency-opens-breaker');
  expect((await stormglass('report', 'latest', '--format', 'junit')).stdout).toContain('<testsuite ');
  expect((await stormglass('halt', '--reason', 'enough')).stdout).toContain('all chaos is stopped');
  const refused = await stormglass('faults', 'arm', ...latency).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 69, stderr: expect.stringContaining('enough') });
  expect((await stormglass('halt', 'release')).stdout).toContain('allowed again');
  expect((await stormglass('version')).stdout).toMatch(/dashboard \d/);
});
