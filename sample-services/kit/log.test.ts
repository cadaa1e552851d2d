import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const TALKING = fileURLToPath(new URL('../testing/talking.ts', import.meta.url));

test('a process whose reader is gone can end, whatever it has still to say', async () => {
  const child = spawn(process.execPath, [TALKING], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stdin.end();
  expect((await exit)[0]).toBe(7);
});
