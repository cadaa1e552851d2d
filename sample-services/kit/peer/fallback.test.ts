import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Answering } from '../../testing/answering.ts';
import { LeapingClock } from '../../testing/leaping-clock.ts';
import { seededRandom } from '../random.ts';
import { fixedEndpoint } from './endpoints.ts';
import { Peer } from './peer.ts';

const answer = z.object({ n: z.number() });

let server: Answering;
let clock: LeapingClock;
let peer: Peer;
beforeEach(async () => {
  server = await Answering.start();
  clock = new LeapingClock();
  const endpoints = fixedEndpoint('server-1', server.url);
  peer = new Peer({ name: 'server', endpoints, random: seededRandom(1), clock });
});
afterEach(async () => {
  await peer.close();
  await server.stop();
});
const ask = (path = '/prices', headers: Record<string, string> = {}) =>
  peer.get(path, { answer, fallback: true, headers, attempts: 1 });

test('a failure is answered with the last good answer, which says that it is stale and how old', async () => {
  expect(await ask()).toEqual({ kind: 'ok', status: 200, body: { n: 1 }, stale: false });
  server.answer(503);
  clock.advance(12_000);
  expect(await ask()).toEqual({ kind: 'ok', status: 200, body: { n: 1 }, stale: true, ageMs: 12_000 });
});

test('also while the breaker is open', async () => {
  await ask();
  server.answer(503);
  for (let i = 0; i < 30; i++) await ask();
  expect(peer.refusing).toBe(true);
  expect(await ask()).toMatchObject({ kind: 'ok', stale: true });
});

test('an answer that is too old is none', async () => {
  await ask();
  server.answer(503);
  clock.advance(60_001);
  expect(await ask()).toMatchObject({ kind: 'ambiguous' });
});

test('only the same call is answered so: another path or another caller is not', async () => {
  await ask('/prices', { 'x-user': 'ann' });
  server.answer(503);
  expect(await ask('/prices', { 'x-user': 'bob' })).toMatchObject({ kind: 'ambiguous' });
  expect(await ask('/other', { 'x-user': 'ann' })).toMatchObject({ kind: 'ambiguous' });
  expect(await ask('/prices', { 'x-user': 'ann' })).toMatchObject({ kind: 'ok', stale: true });
});

test('a refusal is an answer and is not replaced', async () => {
  await ask();
  server.answer(404, { error: { code: 'not_found', message: 'gone', next: '' } });
  expect(await ask()).toMatchObject({ kind: 'rejected', code: 'not_found' });
});

test('a call which does not ask for it gets none', async () => {
  await ask();
  server.answer(503);
  expect(await peer.get('/prices', { answer, attempts: 1 })).toMatchObject({ kind: 'ambiguous' });
});
