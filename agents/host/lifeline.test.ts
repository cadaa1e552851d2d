import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { isAlive } from './process-info.ts';

const LIFELINE = fileURLToPath(new URL('lifeline.ts', import.meta.url));
const within5s = { timeout: 5_000, interval: 20 };

/** Spawns a launcher which spawns `program` with the lifeline and prints its pid. */
async function launch(program: string): Promise<{ launcher: number; child: number }> {
  const source = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['--import', ${JSON.stringify(LIFELINE)}, '-e', ${JSON.stringify(program)}],
      { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    child.stdout.once('data', () => console.log(child.pid));
    setInterval(() => {}, 1000);`;
  const launcher = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(launcher.stdout, 'data');
  return { launcher: launcher.pid ?? 0, child: Number(line) };
}

describe('the lifeline', () => {
  test('ends a process within 5 s when its launcher is killed with SIGKILL', async () => {
    const { launcher, child } = await launch('setInterval(() => {}, 1000); console.log("up")');
    process.kill(launcher, 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), within5s);
  });

  test('ends even a process that ignores SIGTERM', async () => {
    const { launcher, child } = await launch(
      'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")',
    );
    process.kill(launcher, 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), within5s);
  });

  test('ends even a process that ignores SIGTERM and takes for ever to exit', async () => {
    const { launcher, child } = await launch(
      `process.on('SIGTERM', () => {}); process.on('exit', () => { for (;;); });
       setInterval(() => {}, 1000); console.log("up")`,
    );
    process.kill(launcher, 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), within5s);
  });

  test('ends even a process that obeys SIGTERM and never gets through its own exit', async () => {
    const { launcher, child } = await launch(
      `process.on('SIGTERM', () => process.exit(0)); process.on('exit', () => { for (;;); });
       setInterval(() => {}, 1000); console.log("up")`,
    );
    process.kill(launcher, 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), within5s);
  });

  test('ends even a process whose log still has lines for the dead launcher', async () => {
    const { launcher, child } = await launch(
      `const log = require('pino')();
       process.on('SIGTERM', () => { for (let i = 0; i < 50; i++) log.info('bye'.repeat(400)); process.exit(0); });
       setInterval(() => {}, 1000); console.log("up")`,
    );
    process.kill(launcher, 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), within5s);
  });

  test('lets a process end by itself while its launcher lives', async () => {
    const child = spawn(process.execPath, ['--import', LIFELINE, '-e', '1'], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  test('does nothing when stdin is /dev/null', async () => {
    const child = spawn(
      process.execPath,
      ['--import', LIFELINE, '-e', 'setTimeout(() => process.exit(7), 200)'],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    const [code] = await once(child, 'exit');
    expect(code).toBe(7);
  });
});
