import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startSystem } from '../e2e/system.ts';
import { median, report } from './figure.ts';

/**
 * Cold: no data directory and no built dashboard, as after the download of a fresh clone. Warm: the second start on it.
 * Both from spawn of the launcher to its `ready` line.
 */
const ROUNDS = 3;

async function secondsToReady(dataDir?: string): Promise<{ seconds: number; dataDir: string }> {
  const begun = performance.now();
  const system = await startSystem(dataDir === undefined ? {} : { dataDir });
  const seconds = (performance.now() - begun) / 1000;
  await system.stop();
  return { seconds, dataDir: system.dataDir };
}

export async function run(): Promise<void> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    rmSync(join(import.meta.dirname, '../web/.next'), { recursive: true, force: true });
    const first = await secondsToReady();
    cold.push(first.seconds);
    warm.push((await secondsToReady(first.dataDir)).seconds);
    rmSync(first.dataDir, { recursive: true, force: true });
  }
  const params = { rounds: ROUNDS };
  report({
    bench: 'start',
    figure: 'cold start to all healthy',
    value: median(cold),
    unit: 's',
    goal: '<= 120',
    params,
  });
  report({
    bench: 'start',
    figure: 'warm start to all healthy',
    value: median(warm),
    unit: 's',
    goal: '<= 15',
    params,
  });
}
