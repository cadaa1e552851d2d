import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Answering } from '../../testing/answering.ts';
import { LeapingClock } from '../../testing/leaping-clock.ts';
import { seededRandom } from '../random.ts';
import { Peer, type PeerOptions } from './peer.ts';

const answer = z.object({ n: z.number() });

let servers: Answering[];
let known: Answering[];
let clock: LeapingClock;
let peer: Peer;
beforeEach(async () => {
  servers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => Answering.start(id)));
  known = servers;
  clock = new LeapingClock();
});
afterEach(async () => {
  await peer.close();
  await Promise.all(servers.map((server) => server.stop()));
});

function open(count: number, settings: PeerOptions['settings'] = {}): Answering[] {
  known = servers.slice(0, count);
  peer = new Peer({
    name: 'server',
    endpoints: { current: () => known.map((server) => server.endpoint) },
    random: seededRandom(7),
    clock,
    // Of the breaker these tests want nothing.
    settings: { volumeThreshold: 10_000, ...settings },
  });
  return known;
}
const once = () => peer.get('/', { answer, attempts: 1 });
const calls = (server: Answering | undefined) => server?.calls.length ?? 0;

describe('calls to a peer with several instances', () => {
  test('go to all of them', async () => {
    open(4);
    for (let i = 0; i < 100; i++) await once();
    for (const server of servers) expect(calls(server)).toBeGreaterThan(10);
  });

  test('avoid the one that is slow to answer', async () => {
    const [slow, fast] = open(2);
    const release = slow?.hold();
    const waiting = [once(), once()];
    await expect.poll(() => calls(slow) + calls(fast)).toBe(2);
    const held = calls(slow);
    for (let i = 0; i < 50; i++) await once();
    // With none of our calls on the fast one, it is preferred each time there is a difference.
    expect(calls(slow)).toBe(Math.max(held, 1));
    expect(calls(fast)).toBeGreaterThanOrEqual(50);
    release?.();
    await Promise.all(waiting);
  });

  test('follow instances that come and go', async () => {
    const [first, second] = open(2);
    known = servers.slice(0, 1);
    for (let i = 0; i < 10; i++) await once();
    expect(calls(second)).toBe(0);
    known = servers.slice(1, 2);
    for (let i = 0; i < 10; i++) await once();
    expect([calls(first), calls(second)]).toEqual([10, 10]);
  });

  test('are not sent while nobody offers the service, and are when somebody does', async () => {
    open(0);
    expect(await once()).toMatchObject({ kind: 'notSent', reason: 'no_instance' });
    known = servers;
    expect(await once()).toMatchObject({ kind: 'ok' });
  });

  test('are repeated on another instance', async () => {
    const [bad, good] = open(2, { outlierErrors: 0 });
    bad?.answer(503);
    for (let i = 0; i < 20; i++)
      expect(await peer.get('/', { answer, attempts: 2 })).toMatchObject({ kind: 'ok' });
    expect(calls(good)).toBe(20);
    expect(calls(bad)).toBeGreaterThan(0);
  });
});

describe('an instance which fails three times in a row', () => {
  const ejectFirst = async (servers: Answering[]) => {
    servers[0]?.answer(503);
    for (let i = 0; i < 100 && calls(servers[0]) < 3; i++) await once();
    for (const server of servers) server.calls.length = 0;
  };

  test('gets no calls for 30 s, then again', async () => {
    const [bad, good] = open(2);
    await ejectFirst(known);
    for (let i = 0; i < 30; i++) expect(await once()).toMatchObject({ kind: 'ok' });
    expect([calls(bad), calls(good)]).toEqual([0, 30]);
    clock.advance(30_000);
    bad?.answer(200, { n: 1 });
    for (let i = 0; i < 30; i++) await once();
    expect(calls(bad)).toBeGreaterThan(0);
  });

  test('is left out for longer each time', async () => {
    const [bad] = open(2);
    await ejectFirst(known);
    clock.advance(30_000);
    await ejectFirst(known);
    clock.advance(59_000);
    for (let i = 0; i < 30; i++) await once();
    expect(calls(bad)).toBe(0);
    clock.advance(1_000);
    for (let i = 0; i < 30; i++) await once();
    expect(calls(bad)).toBeGreaterThan(0);
  });

  test('is forgiven after it has served well for as long', async () => {
    const [bad] = open(2);
    await ejectFirst(known);
    clock.advance(30_000);
    bad?.answer(200, { n: 1 });
    clock.advance(30_000);
    await ejectFirst(known);
    clock.advance(30_000);
    for (let i = 0; i < 30; i++) await once();
    expect(calls(bad)).toBeGreaterThan(0);
  });

  test('still serves when half of the instances are left out', async () => {
    open(4);
    for (const server of servers) server.answer(503);
    for (let i = 0; i < 60; i++) await once();
    for (const server of servers) server.calls.length = 0;
    for (let i = 0; i < 40; i++) await once();
    expect(servers.filter((server) => calls(server) > 0)).toHaveLength(2);
  });

  test('is never left out when it is the only one', async () => {
    const [only] = open(1);
    only?.answer(503);
    for (let i = 0; i < 10; i++) await once();
    expect(calls(only)).toBe(10);
  });

  test('business refusals are no failures', async () => {
    const [refusing] = open(2);
    refusing?.answer(409, { error: { code: 'sold_out', message: 'no', next: '' } });
    for (let i = 0; i < 40; i++) await once();
    expect(calls(refusing)).toBeGreaterThan(5);
  });
});
