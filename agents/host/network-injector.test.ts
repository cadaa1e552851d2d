import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Lease, type LeaseEnded } from '../contract/index.ts';
import { systemClock } from '../node/clock.ts';
import { LeaseTable } from '../node/leases.ts';
import { networkInjector } from './network-injector.ts';
import type { Peer } from './proxy/testing/peer.ts';
import { echo, Rig } from './proxy/testing/rig.ts';

const HOLDER = fileURLToPath(new URL('fixtures/network-fault.ts', import.meta.url));
const soon = { timeout: 15_000, interval: 10 };

let rig: Rig;
let table: LeaseTable;
let effects: number;
let ended: LeaseEnded[];
let child: ChildProcess | null = null;

beforeEach(async () => {
  rig = await Rig.start(echo);
  effects = 0;
  ended = [];
  table = new LeaseTable({
    clock: systemClock,
    allowed: true,
    self: { service: 'link', instance: null },
    injectors: [networkInjector(rig.api)],
    onEffect: (_lease, count) => {
      effects = count;
    },
    onEnded: (end) => ended.push(end),
  });
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await table.halt();
  await rig.close();
});

let faults = 0;
function lease(action: object, more: object = {}, times: object = {}): Lease {
  faults++;
  const spec = { action, target: { kind: 'proxy', service: 'link' }, ...more };
  return Lease.parse({
    ...{ faultId: `f${faults}`, owner: 'test', spec, ttlMs: 60_000, remainingMs: 60_000 },
    ...times,
  });
}

async function connected(): Promise<Peer> {
  const client = await rig.client();
  client.send('.');
  await vi.waitFor(() => expect(client.text).toBe('.'), soon);
  client.chunks.length = 0;
  return client;
}

const answered = (client: Peer, text: string) => vi.waitFor(() => expect(client.text).toBe(text), soon);

test('every type of the catalogue can be armed, and leaves nothing behind', async () => {
  const actions = [
    { type: 'network_latency', latency: 5, jitter: 1 },
    { type: 'network_bandwidth', rate: 5 },
    { type: 'network_slow_close', delay: 5 },
    { type: 'network_timeout', timeout: 0, stream: 'upstream' },
    { type: 'network_reset_peer' },
    { type: 'network_slicer', average_size: 5 },
    { type: 'network_limit_data', bytes: 5 },
    { type: 'network_down' },
    { type: 'network_partition' },
  ];
  expect(table.capabilities).toEqual(actions.map(({ type }) => `${type}:proxy`));
  for (const action of actions) {
    const fault = lease(action);
    expect(await table.arm(fault)).toMatchObject({ ok: true });
    expect((await rig.toxics()).length).toBe(action.type === 'network_partition' ? 2 : 1);
    expect(await table.release(fault.faultId)).toMatchObject({ reverted: true, reason: 'released' });
    expect(await rig.toxics()).toEqual([]);
  }
  await connected();
});

test('what it does is counted, and read back at the end', async () => {
  const client = await connected();
  const fault = lease({ type: 'network_latency', latency: 600_000 });
  await table.arm(fault);
  client.send('held');
  await vi.waitFor(() => expect(effects).toBe(1), soon);
  expect(client.text).toBe('');
  expect(await table.release(fault.faultId)).toMatchObject({
    injections: 1,
    reverted: true,
    readBack: '0 toxics of it on proxy link',
  });
  await answered(client, 'held');
});

test('down is read back by a connection', async () => {
  const fault = lease({ type: 'network_down' });
  await table.arm(fault);
  await expect(rig.client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await vi.waitFor(() => expect(effects).toBe(1), soon);
  expect(await table.release(fault.faultId)).toMatchObject({
    reverted: true,
    injections: 1,
    readBack: '0 toxics of it on proxy link, connections are accepted',
  });
  await connected();
});

test('ends by itself when its time is over, and when nobody renews it', async () => {
  const client = await connected();
  await table.arm(lease({ type: 'network_partition' }, {}, { remainingMs: 300 }));
  client.send('a');
  await answered(client, 'a');
  await table.arm(lease({ type: 'network_partition' }, {}, { ttlMs: 300 }));
  client.send('b');
  await answered(client, 'ab');
  await vi.waitFor(() => expect(ended.map(({ reason }) => reason)).toEqual(['completed', 'expired']), soon);
});

test('ends when it has had so many effects', async () => {
  const client = await connected();
  await table.arm(lease({ type: 'network_latency', latency: 1 }, { maxAffected: 2 }));
  for (const text of ['a', 'ab', 'abc']) {
    client.send(text.slice(-1));
    await answered(client, text);
  }
  await vi.waitFor(() => expect(ended).toMatchObject([{ reason: 'max_affected', injections: 2 }]), soon);
});

test('comes back with a proxy that lost it, for as long as the lease lives', async () => {
  await table.arm(lease({ type: 'network_latency', latency: 1 }));
  const [toxic = ''] = await rig.toxics();
  await rig.remove(toxic);
  await vi.waitFor(async () => expect(await rig.toxics()).toEqual([toxic]), soon);
});

describe('an injector that dies', () => {
  test.each(['SIGKILL', 'SIGSTOP'] as const)('by %s leaves nothing in the way', async (signal) => {
    const client = await connected();
    child = spawn(process.execPath, [HOLDER, rig.api], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('no output');
    for await (const line of createInterface({ input: child.stdout })) {
      expect(JSON.parse(line)).toMatchObject({ ok: true });
      break;
    }
    client.send('held');
    await vi.waitFor(() => expect(rig.proxies.budget.held).toBe(4), soon);
    child.kill(signal);
    await answered(client, 'held');
    expect(await rig.toxics()).toEqual([]);
  });
});

test('a service without a proxy is absent, and so is a proxy that does not answer', async () => {
  await rig.ask('DELETE', '/proxies/link');
  expect(await table.arm(lease({ type: 'network_down' }))).toMatchObject({
    ok: false,
    code: 'target_absent',
  });
  const deaf = new LeaseTable({
    clock: systemClock,
    allowed: true,
    self: { service: 'link', instance: null },
    injectors: [networkInjector('http://127.0.0.1:1')],
  });
  expect(await deaf.arm(lease({ type: 'network_down' }))).toMatchObject({ ok: false, code: 'target_absent' });
});
