import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTestHost, type TestHost } from '../fixtures/host.ts';
import { ballastPath, demandRoom, removeBallast } from './ballast.ts';

const MIB = 1_048_576;
const soon = { timeout: 60_000, interval: 25 };

let world: TestHost;
let directory: string;
let mounted: boolean;
beforeEach(async () => {
  world = await startTestHost();
  directory = join(world.folder, 'own');
  mkdirSync(directory);
  // A file system of its own needs root.
  mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${8 * MIB}`, 'tmpfs', directory]).status === 0;
  await world.supervisor.start(world.row('orders-1', { directory }));
}, 60_000);
afterEach(async () => {
  if (mounted) spawnSync('umount', [directory]);
  await world.stop();
});

const writes = (): string => {
  try {
    writeFileSync(join(directory, 'own-file'), Buffer.alloc(MIB));
    return 'written';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};
const ballast = () => readdirSync(directory).filter((name) => name.startsWith('.stormglass'));

test('a disk of its own is full until the fault is released, and nothing stays', async ({ skip }) => {
  skip(!mounted, 'only root can mount a small file system');
  const fault = world.lease({ type: 'disk_full', bytes: 64 * MIB });
  expect(await world.host.arm(fault)).toMatchObject({ ok: true });
  expect(writes()).toBe('ENOSPC');
  const { bavail } = statfsSync(directory);
  expect(bavail).toBe(0);
  await vi.waitUntil(() => world.hub.injections.some((one) => one.faultId === fault.faultId), soon);
  const end = await world.host.release(fault.faultId);
  expect(end).toMatchObject({ reverted: true, readBack: expect.stringContaining('is gone') });
  expect(writes()).toBe('written');
  expect(ballast()).toEqual([]);
});

test('the file is gone when its time is over', async () => {
  const fault = world.lease({ type: 'disk_full', bytes: 4 * MIB }, 3_000);
  expect(await world.host.arm(fault)).toMatchObject({ ok: true });
  const over = { faultId: fault.faultId, reason: 'completed', reverted: true };
  await vi.waitFor(() => expect(world.hub.ended).toContainEqual(expect.objectContaining(over)), soon);
  expect(ballast()).toEqual([]);
});

test('room that others need is not taken', () => {
  const asked = () => demandRoom(join(world.folder, 'logs'), Number.MAX_SAFE_INTEGER);
  expect(asked).toThrow('shares its file system with others');
});

test('what a killed launcher left is removed by the next start, and no other file ever', async () => {
  const path = ballastPath(world.folder, 'f1');
  writeFileSync(path, 'left');
  expect(removeBallast(path)).toContain('is gone');
  expect(removeBallast(path)).toContain('is gone');
  expect(existsSync(path)).toBe(false);
  expect(() => removeBallast(join(world.folder, 'thesis.txt'))).toThrow('is no ballast');
});

test('a service without a directory of its own is refused', async () => {
  await world.supervisor.stop(['orders-1']);
  await world.supervisor.start(world.row('orders-1'));
  const answer = await world.host.arm(world.lease({ type: 'disk_full', bytes: MIB }));
  expect(answer).toMatchObject({ ok: false, code: 'fault_unsupported' });
});
