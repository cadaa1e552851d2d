import { afterEach, expect, test, vi } from 'vitest';
import type { AgentHello, InjectionCount, LeaseEnded } from '../contract/index.ts';
import { freePort } from '../host/fixtures/ports.ts';
import { type Channel, type ChannelHandlers, openChannel } from './channel.ts';
import { TestHub } from './testing/hub.ts';

const soon = { timeout: 10_000, interval: 20 };
const hello: AgentHello = {
  agentId: 'a',
  kind: 'node',
  service: 'orders',
  instance: 'orders-1',
  version: '',
  pid: 1,
  startedAt: 0,
  chaosAllowed: true,
  capabilities: [],
  reach: [],
  leases: [],
  controls: [],
  protections: [],
  dropped: {},
};
const handlers: ChannelHandlers = {
  arm: () => {
    throw new Error('no seam');
  },
  renew: () => {},
  release: () => null,
  halt: () => ({ ended: [], readBackAt: 0 }),
  invoke: () => Promise.reject(new Error('broken')),
};
const end = (faultId: string): LeaseEnded => ({
  faultId,
  reason: 'expired',
  endedAt: 0,
  injections: 0,
  readBack: '',
  reverted: true,
});
const count = (n: number): InjectionCount => ({
  faultId: 'f',
  service: 'orders',
  count: n,
  firstAt: 0,
  lastAt: 0,
});

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
const channelTo = (hub: string): Channel => {
  const channel = openChannel({ hub, hello: () => hello, handlers });
  open.push(channel);
  return channel;
};

test('what is said while the hub is away is heard when it comes, the newest count only', async () => {
  const port = await freePort();
  const channel = channelTo(`http://127.0.0.1:${port}`);
  channel.leaseEnded(end('f1'));
  for (let n = 1; n <= 1_000; n++) channel.injections(count(n));
  const hub = await TestHub.start(port);
  open.push(hub);
  await vi.waitUntil(() => hub.ended.length > 0 && hub.injections.length > 0, soon);
  expect(hub.ended).toEqual([end('f1')]);
  expect(hub.injections).toEqual([count(1_000)]);
  expect(channel.dropped).toBe(0);
});

test('the buffer is bounded, drops the oldest and counts them', async () => {
  const port = await freePort();
  const channel = channelTo(`http://127.0.0.1:${port}`);
  for (let n = 0; n < 600; n++) channel.leaseEnded(end(`f${n}`));
  expect(channel.dropped).toBe(100);
  const hub = await TestHub.start(port);
  open.push(hub);
  await vi.waitUntil(() => hub.ended.length === 500, soon);
  expect(hub.ended[0]).toEqual(end('f100'));
});

test('a running total reaches the hub, its last value always', async () => {
  const hub = await TestHub.start();
  open.push(hub);
  const channel = channelTo(hub.url);
  await vi.waitUntil(() => channel.connected, soon);
  for (let n = 1; n <= 500; n++) channel.injections(count(n));
  await vi.waitUntil(() => hub.injections.at(-1)?.count === 500, soon);
  expect(hub.injections.length).toBeLessThan(10);
});

test('a handler that throws is an answer with a next step, not a silence', async () => {
  const hub = await TestHub.start();
  open.push(hub);
  channelTo(hub.url);
  await vi.waitUntil(() => hub.hello('orders'), soon);
  const { answer } = await hub.arm('orders', {
    action: { type: 'hang' },
    target: { kind: 'service', service: 'orders' },
  });
  expect(answer).toMatchObject({ ok: false, code: 'internal', message: expect.stringContaining('no seam') });
  expect(await hub.invoke('orders', 'x.y', {})).toMatchObject({ ok: false, message: 'broken' });
});

test('says hello again when asked to, and finds a hub that was restarted', async () => {
  const first = await TestHub.start();
  const channel = channelTo(first.url);
  await vi.waitUntil(() => first.hellos.length === 1, soon);
  channel.sendHello();
  await vi.waitUntil(() => first.hellos.length === 2, soon);
  const port = Number(new URL(first.url).port);
  await first.close();
  const second = await TestHub.start(port);
  open.push(second);
  await vi.waitUntil(() => second.hello('orders'), soon);
});
