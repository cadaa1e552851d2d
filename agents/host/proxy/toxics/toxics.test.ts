import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Peer } from '../testing/peer.ts';
import { echo, Rig } from '../testing/rig.ts';

const soon = { timeout: 15_000, interval: 5 };
/** Longer than any test takes: what comes before it was not waited for. */
const LONG_MS = 600_000;
const DOWN = { stream: 'downstream' };
const UP = { stream: 'upstream' };

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start(echo);
});
afterEach(async () => {
  await rig.close();
});

/** A client, and the upstream's end of its connection. */
async function pair(): Promise<[Peer, Peer]> {
  const known = rig.served.length;
  const client = await rig.client();
  client.send('.');
  await vi.waitFor(() => expect(client.text).toBe('.'), soon);
  client.chunks.length = 0;
  const served = rig.served[known];
  if (served === undefined) throw new Error('nobody was served');
  served.chunks.length = 0;
  return [client, served];
}

const answered = (client: Peer, text: string) => vi.waitFor(() => expect(client.text).toBe(text), soon);

/** Something that was sent afterwards has been answered, so what was sent before would have been, too. */
async function aWhileLater(): Promise<void> {
  for (let i = 0; i < 5; i++) await rig.ask('GET', '/version');
}

describe('latency', () => {
  test('makes answers at least as late as it says, in order', async () => {
    const [client] = await pair();
    await rig.toxic('latency', { latency: 150, jitter: 0 });
    const began = performance.now();
    for (const part of ['a', 'b', 'c']) client.send(part);
    await answered(client, 'abc');
    expect(performance.now() - began).toBeGreaterThanOrEqual(150);
  });

  test('adds up over two toxics and both directions', async () => {
    const [client] = await pair();
    await rig.toxic('latency', { latency: 60 }, { ...DOWN, name: 'one' });
    await rig.toxic('latency', { latency: 60 }, { ...DOWN, name: 'two' });
    await rig.toxic('latency', { latency: 60 }, { ...UP, name: 'three' });
    const began = performance.now();
    client.send('x');
    await answered(client, 'x');
    expect(performance.now() - began).toBeGreaterThanOrEqual(180);
  });

  test('with jitter keeps the order', async () => {
    const [client] = await pair();
    await rig.toxic('latency', { latency: 20, jitter: 20 });
    const sent = Array.from({ length: 50 }, (_, i) => `${i};`);
    for (const part of sent) {
      client.send(part);
      await aWhileLater();
    }
    await answered(client, sent.join(''));
  });

  test('taken away in mid-flight, it lets go of what it held, and leaves nothing behind', async () => {
    const [client] = await pair();
    await rig.toxic('latency', { latency: LONG_MS });
    client.send('held');
    await vi.waitFor(() => expect(rig.proxies.budget.held).toBe(4), soon);
    expect(client.text).toBe('');
    await rig.remove('latency');
    await answered(client, 'held');
    expect(rig.proxies.budget.held).toBe(0);
    expect(await rig.toxics()).toEqual([]);
  });

  test('changed in mid-flight, what it holds is due by the new figure', async () => {
    const [client] = await pair();
    await rig.toxic('latency', { latency: LONG_MS });
    client.send('held');
    await vi.waitFor(() => expect(rig.proxies.budget.held).toBe(4), soon);
    await rig.ask('POST', '/proxies/link/toxics/latency', { attributes: { latency: 1 } });
    await answered(client, 'held');
  });

  test('with a ttl goes by itself, unless its lease is renewed', async () => {
    const [client] = await pair();
    await rig.toxic('latency', { latency: LONG_MS }, { ttl: 400 });
    client.send('held');
    await vi.waitFor(() => expect(rig.proxies.budget.held).toBe(4), soon);
    const began = performance.now();
    const renewed = await rig.ask('POST', '/proxies/link/toxics/latency/lease', { ttl: 600 });
    expect(renewed.json).toEqual({ effects: 1 });
    await answered(client, 'held');
    expect(performance.now() - began).toBeGreaterThanOrEqual(590);
    expect(await rig.toxics()).toEqual([]);
  });
});

describe('bandwidth', () => {
  test('takes at least as long as the rate says, and every byte arrives', async () => {
    const [client] = await pair();
    await rig.toxic('bandwidth', { rate: 100 });
    const data = Buffer.alloc(50_000, 'x');
    const began = performance.now();
    client.send(data);
    await vi.waitFor(() => expect(client.received.length).toBe(50_000), soon);
    expect(performance.now() - began).toBeGreaterThanOrEqual(450);
    expect(client.received.equals(data)).toBe(true);
  });

  test('of 0 lets nothing through until it is changed', async () => {
    const [client] = await pair();
    await rig.toxic('bandwidth', { rate: 0 });
    client.send('held');
    await vi.waitFor(() => expect(rig.proxies.budget.held).toBe(4), soon);
    expect(client.text).toBe('');
    await rig.ask('PATCH', '/proxies/link/toxics/bandwidth', { attributes: { rate: 1_000 } });
    await answered(client, 'held');
  });
});

describe('slow_close', () => {
  test('holds the end back, not the data', async () => {
    const [client, served] = await pair();
    await rig.toxic('slow_close', { delay: LONG_MS });
    served.socket.end('last words');
    await answered(client, 'last words');
    await aWhileLater();
    expect(client.ended).toBe(false);
    await rig.remove('slow_close');
    await vi.waitFor(() => expect(client.ended).toBe(true), soon);
  });

  test('lets the end through after its delay', async () => {
    const [client, served] = await pair();
    await rig.toxic('slow_close', { delay: 150 });
    const began = performance.now();
    served.socket.end();
    await vi.waitFor(() => expect(client.ended).toBe(true), soon);
    expect(performance.now() - began).toBeGreaterThanOrEqual(150);
  });
});

describe('timeout', () => {
  test('drops data and closes the connection after its time', async () => {
    const [client] = await pair();
    await rig.toxic('timeout', { timeout: 200 });
    client.send('lost');
    await vi.waitFor(() => expect(client.ended).toBe(true), soon);
    expect(client.text).toBe('');
  });

  test('of 0 closes the connection when it is taken away; the next one works', async () => {
    const [client, served] = await pair();
    await rig.toxic('timeout', { timeout: 0 }, UP);
    client.send('lost');
    await aWhileLater();
    expect(served.text).toBe('');
    expect(client.ended).toBe(false);
    await rig.remove('timeout');
    await vi.waitFor(() => expect(client.ended && served.ended).toBe(true), soon);
    await pair();
  });
});

describe('reset_peer', () => {
  test('cuts a live, idle connection off with RST on both sides', async () => {
    const [client, served] = await pair();
    await rig.toxic('reset_peer', { timeout: 0 });
    await vi.waitFor(() => expect([client.error, served.error]).toEqual(['ECONNRESET', 'ECONNRESET']), soon);
  });

  test('cuts a new connection off at its first data', async () => {
    await rig.toxic('reset_peer', { timeout: 0 }, UP);
    const client = await rig.client();
    await aWhileLater();
    expect(client.error).toBe('');
    client.send('x');
    await vi.waitFor(() => expect(client.error).toBe('ECONNRESET'), soon);
    expect(rig.served[0]?.text).toBe('');
  });

  test('taken away before its time cuts nothing off', async () => {
    const [client] = await pair();
    await rig.toxic('reset_peer', { timeout: LONG_MS });
    await rig.remove('reset_peer');
    client.send('still here');
    await answered(client, 'still here');
  });
});

test('slicer: data arrives in pieces of about the size, whole', async () => {
  const [client, served] = await pair();
  await rig.toxic('slicer', { average_size: 100, size_variation: 20, delay: 1_000 }, UP);
  const data = Buffer.from(Array.from({ length: 3_000 }, (_, i) => i % 251));
  client.send(data);
  await vi.waitFor(() => expect(served.received.length).toBe(data.length), soon);
  expect(served.received.equals(data)).toBe(true);
  expect(served.chunks.length).toBeGreaterThan(10);
  await vi.waitFor(() => expect(client.received.equals(data)).toBe(true), soon);
});

test('slicer: taken away in mid-flight, the rest comes at once', async () => {
  const [client] = await pair();
  await rig.toxic('slicer', { average_size: 1, size_variation: 0, delay: 60_000_000 });
  client.send('abcdef');
  await answered(client, 'a');
  await rig.remove('slicer');
  await answered(client, 'abcdef');
});

describe('limit_data', () => {
  test('lets so many bytes through and closes', async () => {
    const [client, served] = await pair();
    await rig.toxic('limit_data', { bytes: 10 });
    served.send('12345');
    await answered(client, '12345');
    served.send('67890 and more');
    await vi.waitFor(() => expect(client.ended).toBe(true), soon);
    expect(client.text).toBe('1234567890');
  });

  test('is counted for each connection by itself', async () => {
    await rig.toxic('limit_data', { bytes: 3 });
    for (const _ of [1, 2]) {
      const client = await rig.client();
      client.send('abcdef');
      await vi.waitFor(() => expect(client.ended).toBe(true), soon);
      expect(client.text).toBe('abc');
    }
  });
});

describe('down', () => {
  test.each([
    ['a toxic', () => rig.toxic('down', {}), () => rig.remove('down')],
    [
      'enabled: false',
      () => rig.ask('POST', '/proxies/link', { enabled: false }),
      () => rig.ask('POST', '/proxies/link', { enabled: true }),
    ],
  ])(
    'as %s ends connections, refuses new ones, and takes them at the same address afterwards',
    async (_how, on, off) => {
      const [client] = await pair();
      await on();
      await vi.waitFor(() => expect(client.closed || client.ended).toBe(true), soon);
      await expect(rig.client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await off();
      await pair();
    },
  );

  test('as a toxic goes by itself', async () => {
    await rig.toxic('down', {}, { ttl: 100 });
    await vi.waitFor(() => pair(), soon);
    expect(await rig.toxics()).toEqual([]);
  });

  test('as a toxic takes the port back when somebody else lets go of it', async () => {
    await rig.toxic('down', {});
    const { listen } = await import('../listener.ts');
    const squatter = await listen(rig.listen, (socket) => socket.destroy());
    await rig.remove('down');
    squatter.close();
    await vi.waitFor(() => pair(), soon);
  });
});

describe('partition', () => {
  test('one-way: this direction is silent, the other works, and nothing is lost', async () => {
    const [client, served] = await pair();
    await rig.toxic('partition', {}, UP);
    client.send('there');
    served.send('back');
    await answered(client, 'back');
    expect(served.text).toBe('');
    await rig.remove('partition');
    await answered(client, 'backthere');
  });

  test('two-way: not even an end or a reset gets through', async () => {
    const [client, served] = await pair();
    await rig.toxic('partition', {}, { ...UP, name: 'up' });
    await rig.toxic('partition', {}, { ...DOWN, name: 'down' });
    served.send('news');
    client.socket.resetAndDestroy();
    await aWhileLater();
    expect(served.error).toBe('');
    await rig.remove('up');
    await vi.waitFor(() => expect(served.error).toBe('ECONNRESET'), soon);
  });
});

describe('toxicity', () => {
  /** Which of 20 new connections are cut off. */
  async function hurt(seed: number): Promise<string> {
    await rig.toxic('limit_data', { bytes: 1 }, { toxicity: 0.5, seed });
    const marks: string[] = [];
    for (let i = 0; i < 20; i++) {
      const client = await rig.client();
      client.send('ab');
      await vi.waitFor(() => expect(client.ended || client.text === 'ab').toBe(true), soon);
      marks.push(client.ended ? 'x' : '.');
      // One that stays would be the first which the next toxic meets.
      client.socket.end();
    }
    await vi.waitFor(() => expect(rig.proxies.get('link').open).toBe(0), soon);
    await rig.remove('limit_data');
    return marks.join('');
  }

  test('with the same seed hurts the same connections again', async () => {
    const first = await hurt(7);
    expect(first).toMatch(/x/);
    expect(first).toMatch(/\./);
    expect(await hurt(7)).toBe(first);
    expect(await hurt(8)).not.toBe(first);
  });

  test('of 0 hurts nobody; raised, it hurts who is there', async () => {
    const [client] = await pair();
    await rig.toxic('latency', { latency: LONG_MS }, { toxicity: 0 });
    client.send('a');
    await answered(client, 'a');
    await rig.ask('POST', '/proxies/link/toxics/latency', { toxicity: 1 });
    client.send('b');
    await vi.waitFor(() => expect(rig.proxies.budget.held).toBe(1), soon);
  });
});

test('max_affected: so many effects, then everything passes', async () => {
  const [client] = await pair();
  await rig.toxic('latency', { latency: 30 }, { max_affected: 2 });
  for (const text of ['a', 'ab', 'abc']) {
    client.send(text.slice(-1));
    await answered(client, text);
  }
  const { json } = await rig.ask('GET', '/proxies/link/toxics/latency');
  expect(json).toMatchObject({ max_affected: 2, effects: 2 });
});

test('a chain works in the order in which its toxics came', async () => {
  const [client, served] = await pair();
  await rig.toxic('limit_data', { bytes: 4 });
  await rig.toxic('latency', { latency: 100 });
  const began = performance.now();
  served.send('123456');
  await vi.waitFor(() => expect(client.ended).toBe(true), soon);
  // The end which the first toxic makes goes through the second one, behind the data.
  expect(client.text).toBe('1234');
  expect(performance.now() - began).toBeGreaterThanOrEqual(100);
});
