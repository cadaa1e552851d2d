import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Budget } from './budget.ts';
import { Proxies } from './collection.ts';
import { Peer } from './testing/peer.ts';
import { echo, Rig } from './testing/rig.ts';

const soon = { timeout: 30_000, interval: 10 };

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(async () => {
  await rig.close();
});

async function pair(): Promise<[Peer, Peer]> {
  const known = rig.served.length;
  const client = await rig.client();
  await vi.waitFor(() => expect(rig.served.length).toBe(known + 1), soon);
  const served = rig.served[known];
  if (served === undefined) throw new Error('nobody was served');
  return [client, served];
}

test('32 MB arrive in both directions at once, byte for byte', async () => {
  const [client, served] = await pair();
  const data = Buffer.alloc(32 * 1024 * 1024);
  for (let i = 0; i < data.length; i += 4) data.writeUInt32LE((i * 2_654_435_761) >>> 0, i);
  client.send(data);
  served.send(data);
  await vi.waitFor(() => expect(client.bytes + served.bytes).toBe(2 * data.length), soon);
  expect(client.received.equals(data)).toBe(true);
  expect(served.received.equals(data)).toBe(true);
});

test('one end may close its half and still be answered', async () => {
  const [client, served] = await pair();
  client.socket.end('question');
  await vi.waitFor(() => expect(served.ended).toBe(true), soon);
  expect(served.text).toBe('question');
  expect(client.ended).toBe(false);
  served.socket.end('answer');
  await vi.waitFor(() => expect(client.closed && served.closed).toBe(true), soon);
  expect(client.text).toBe('answer');
  await vi.waitFor(() => expect(rig.proxies.get('link').open).toBe(0), soon);
});

test('a reset of one end resets the other', async () => {
  const [client, served] = await pair();
  client.socket.resetAndDestroy();
  await vi.waitFor(() => expect(served.error).toBe('ECONNRESET'), soon);
});

test.each(['nothing', 'latency', 'bandwidth', 'partition'])(
  'who does not read holds the sender back; in its way: %s',
  async (type) => {
    const [client, served] = await pair();
    const attributes = { latency: { latency: 1 }, bandwidth: { rate: 1 } }[type] ?? {};
    if (type !== 'nothing') await rig.toxic(type, attributes, { stream: 'upstream' });
    served.socket.pause();
    const part = Buffer.alloc(1024 * 1024);
    let sent = 0;
    // A sender that writes for as long as it is let.
    const fill = () => {
      while (!client.socket.destroyed && client.socket.write(part)) sent += part.length;
    };
    client.socket.on('drain', fill);
    fill();
    await vi.waitFor(async () => {
      const before = client.socket.bytesWritten - client.socket.writableLength;
      for (let i = 0; i < 20; i++) await rig.ask('GET', '/version');
      expect(client.socket.bytesWritten - client.socket.writableLength).toBe(before);
    }, soon);
    // The kernel's buffers on both ways and ours; far from what was offered to send without an end.
    expect(rig.proxies.budget.held).toBeLessThanOrEqual(40 * 1024 * 1024);
    expect(sent).toBeLessThan(100 * 1024 * 1024);
  },
);

test('when much is held for all connections, each is held back early', async () => {
  const proxies = new Proxies(new Budget(1));
  const proxy = await proxies.add({
    name: 'p',
    listen: '127.0.0.1:0',
    upstream: rig.upstream,
    enabled: true,
  });
  try {
    const { Toxic } = await import('./toxic.ts');
    const { latency } = await import('./toxics/latency.ts');
    const spec = {
      name: 'late',
      type: 'latency',
      stream: 'upstream' as const,
      streamGiven: 'upstream',
      toxicity: 1,
      attributes: { latency: 600_000, jitter: 0 },
      ttl: null,
      seed: null,
      maxAffected: null,
    };
    await proxy.add(new Toxic(spec, latency, 1));
    const client = await Peer.connect(proxy.listen);
    client.send(Buffer.alloc(8 * 1024 * 1024));
    await vi.waitFor(() => expect(proxies.budget.held).toBeGreaterThanOrEqual(64 * 1024), soon);
    for (let i = 0; i < 20; i++) await rig.ask('GET', '/version');
    expect(proxies.budget.held).toBeLessThanOrEqual(256 * 1024);
    client.socket.destroy();
    await vi.waitFor(() => expect(proxies.budget.held).toBeLessThanOrEqual(256 * 1024), soon);
  } finally {
    await proxies.close();
  }
  await vi.waitFor(() => expect(proxies.budget.held).toBe(0), soon);
});

test('2,000 connections at once, each with its own answer, and none left afterwards', async () => {
  await rig.close();
  rig = await Rig.start(echo);
  const count = 2_000;
  const clients: Peer[] = [];
  for (let i = 0; i < count; i += 100) {
    clients.push(...(await Promise.all(Array.from({ length: 100 }, () => rig.client()))));
  }
  for (const [i, client] of clients.entries()) client.send(`number ${i}`);
  await vi.waitFor(() => expect(clients.filter((c, i) => c.text === `number ${i}`).length).toBe(count), soon);
  expect(rig.proxies.get('link').open).toBe(count);
  for (const client of clients) client.socket.end();
  await vi.waitFor(() => expect(rig.proxies.get('link').open).toBe(0), soon);
});

test('without an upstream the client is closed, and it is counted', async () => {
  await rig.ask('POST', '/proxies', { name: 'nowhere', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' });
  const client = await Peer.connect(rig.proxies.get('nowhere').listen);
  await vi.waitFor(() => expect(client.ended || client.closed).toBe(true), soon);
  const { text } = await rig.ask('GET', '/metrics');
  expect(text).toContain('stormglass_proxy_refused_total{proxy="nowhere"} 1');
});
