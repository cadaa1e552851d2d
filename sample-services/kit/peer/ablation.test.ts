import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Answering } from '../../testing/answering.ts';
import { LeapingClock } from '../../testing/leaping-clock.ts';
import { setProtection } from '../protections.ts';
import { seededRandom } from '../random.ts';
import { fixedEndpoint } from './endpoints.ts';
import { Peer, type PeerOptions } from './peer.ts';

const answer = z.object({ n: z.number() });

let server: Answering;
let clock: LeapingClock;
let peer: Peer;
const opened: Peer[] = [];
beforeEach(async () => {
  server = await Answering.start();
  clock = new LeapingClock();
});
afterEach(async () => {
  for (const protection of ['breaker', 'bulkhead', 'jitter'] as const) setProtection(protection, true);
  for (const each of opened.splice(0)) await each.close();
  await server.stop();
});
function open(settings: PeerOptions['settings'], seed = 1): void {
  const endpoints = fixedEndpoint('server-1', server.url);
  peer = new Peer({ name: 'server', endpoints, random: seededRandom(seed), clock, settings: settings ?? {} });
  opened.push(peer);
}
const post = () => peer.post('/', {}, { answer });

test('without the breaker a peer in trouble is called on and on; with it again, it is left alone', async () => {
  open({ volumeThreshold: 3 });
  server.answer(503);
  for (let i = 0; i < 20; i++) await post();
  expect(server.calls).toHaveLength(3);
  setProtection('breaker', false);
  expect(peer.refusing).toBe(false);
  for (let i = 0; i < 20; i++)
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'server_error' });
  expect(server.calls).toHaveLength(23);
  setProtection('breaker', true);
  expect(await post()).toMatchObject({ kind: 'notSent', reason: 'breaker_open' });
  expect(server.calls).toHaveLength(23);
});

test('without the breaker a call still has its time limit', async () => {
  open({ timeoutMs: 30 });
  setProtection('breaker', false);
  const release = server.hold();
  expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'timeout' });
  release();
});

test('without the bulkhead calls to one peer take up whatever they want; with it, as many as were agreed', async () => {
  open({ bulkheadSlots: 2, bulkheadLine: 3 });
  const release = server.hold();
  const limited = Array.from({ length: 10 }, post);
  await expect.poll(() => server.calls.length).toBe(2);
  setProtection('bulkhead', false);
  await expect.poll(() => server.calls.length).toBe(5);
  const unlimited = Array.from({ length: 10 }, post);
  await expect.poll(() => server.calls.length).toBe(15);
  release();
  const kinds = (await Promise.all(limited)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'notSent')).toHaveLength(5);
  for (const each of await Promise.all(unlimited)) expect(each).toMatchObject({ kind: 'ok' });
});

test('without jitter all callers repeat at the same moments; with it, each at its own', async () => {
  server.answer(503);
  const pauses = async (seed: number) => {
    clock = new LeapingClock();
    open({ volumeThreshold: 1_000, retryBaseMs: 100 }, seed);
    await peer.get('/', { answer });
    return clock.slept;
  };
  expect(await pauses(1)).not.toEqual(await pauses(2));
  setProtection('jitter', false);
  expect(await pauses(1)).toEqual([100, 200, 400]);
  expect(await pauses(2)).toEqual([100, 200, 400]);
});
