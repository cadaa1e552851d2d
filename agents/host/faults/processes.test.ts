import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestHost, type TestHost } from '../fixtures/host.ts';
import { isAlive } from '../process-info.ts';

const soon = { timeout: 60_000, interval: 25 };

let world: TestHost;
beforeEach(async () => {
  world = await startTestHost();
  await world.supervisor.start(world.row('orders-1'));
}, 60_000);
afterEach(() => world.stop());

const managed = (instance = 'orders-1') => world.supervisor.get(instance);
const healthy = (instance = 'orders-1') =>
  vi.waitFor(() => expect(managed(instance).state.kind).toBe('healthy'), soon);
const answersNow = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );
const counted = (faultId: string) =>
  vi.waitUntil(() => world.hub.injections.some((one) => one.faultId === faultId && one.count === 1), soon);
const ended = (end: object) =>
  vi.waitFor(() => expect(world.hub.ended).toContainEqual(expect.objectContaining(end)), soon);

describe.each(['broker_outage', 'token_authority_down'])('%s', (type) => {
  test('refuses callers until it is released, is counted and read back', async () => {
    const url = world.url('orders-1');
    const fault = world.lease({ type });
    expect(await world.host.arm(fault)).toMatchObject({ ok: true });
    await vi.waitUntil(async () => !(await answersNow(url)), soon);
    await counted(fault.faultId);
    const end = await world.host.release(fault.faultId);
    expect(end).toMatchObject({ reverted: true, readBack: `pid ${managed().pid} runs` });
    await healthy();
    expect(await answersNow(world.url('orders-1'))).toBe(true);
  });

  test('ends by itself when its time is over', async () => {
    const fault = world.lease({ type }, 300);
    await world.host.arm(fault);
    await ended({ faultId: fault.faultId, reason: 'completed', reverted: true });
    await healthy();
  });
});

describe('process_terminate', () => {
  test('lets the process end in order; the lease is over when it is back', async () => {
    const pid = managed().pid ?? 0;
    const fault = world.lease({ type: 'process_terminate', restartAfterMs: 50 });
    expect(await world.host.arm(fault)).toMatchObject({ ok: true });
    await vi.waitUntil(() => !isAlive(pid), soon);
    await ended({ faultId: fault.faultId, reason: 'completed', reverted: true });
    expect(managed().pid).not.toBe(pid);
  });

  test('a release brings it back before its time', async () => {
    const fault = world.lease({ type: 'process_terminate', restartAfterMs: 600_000 });
    await world.host.arm(fault);
    expect(await world.host.release(fault.faultId)).toMatchObject({ reverted: true });
    await healthy();
  });
});

test('process_restart restarts every instance, the next one when the last is healthy again', async () => {
  await world.supervisor.start(world.row('orders-2'));
  const before = ['orders-1', 'orders-2'].map((instance) => managed(instance).pid);
  const both: boolean[] = [];
  const fault = world.lease({ type: 'process_restart' });
  expect(await world.host.arm(fault)).toMatchObject({ ok: true });
  await vi.waitUntil(() => {
    both.push(['orders-1', 'orders-2'].some((instance) => managed(instance).state.kind === 'healthy'));
    return world.hub.ended.some((end) => end.faultId === fault.faultId);
  }, soon);
  expect(both).not.toContain(false);
  await ended({ faultId: fault.faultId, reason: 'completed', readBack: '2 of 2 run' });
  const after = ['orders-1', 'orders-2'].map((instance) => managed(instance).pid);
  expect(after.some((pid) => before.includes(pid))).toBe(false);
});

describe('process_scale', () => {
  test('stops what is too many, and brings it back', async () => {
    await world.supervisor.start(world.row('orders-2'));
    const pid = managed('orders-2').pid ?? 0;
    const first = managed('orders-1').pid;
    const fault = world.lease({ type: 'process_scale', replicas: 1 });
    expect(await world.host.arm(fault)).toMatchObject({ ok: true });
    await vi.waitUntil(() => !isAlive(pid), soon);
    expect(managed('orders-1').pid).toBe(first);
    expect(await world.host.release(fault.faultId)).toMatchObject({
      reverted: true,
      readBack: '1 of 1 brought back, 0 more ended',
    });
    await healthy('orders-2');
  });

  test('starts what is missing, and ends it', async () => {
    await world.supervisor.stop(['orders-1']);
    const replica = (n: number) => world.row(`orders-${n}`);
    await world.supervisor.start(world.row('orders-1', { replica }));
    const fault = world.lease({ type: 'process_scale', replicas: 3 });
    expect(await world.host.arm(fault)).toMatchObject({ ok: true });
    await healthy('orders-3');
    const pid = managed('orders-3').pid ?? 0;
    expect(await world.host.release(fault.faultId)).toMatchObject({ reverted: true });
    expect(world.supervisor.names()).toEqual(['orders-1']);
    await vi.waitUntil(() => !isAlive(pid), soon);
  });

  test('of what cannot run twice is refused', async () => {
    const answer = await world.host.arm(world.lease({ type: 'process_scale', replicas: 2 }));
    expect(answer).toMatchObject({ ok: false, code: 'fault_unsupported' });
  });
});
