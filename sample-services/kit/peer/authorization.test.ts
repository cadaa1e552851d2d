import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Answering } from '../../testing/answering.ts';
import { seededRandom } from '../random.ts';
import { type Credentials, fixedEndpoint } from './endpoints.ts';
import { Peer } from './peer.ts';

const answer = z.object({ n: z.number() });

let server: Answering;
let peer: Peer;
let issued: number;
let valid: string;
let issuer: 'up' | 'down';
beforeEach(async () => {
  server = await Answering.start();
  issued = 0;
  valid = 'server/0';
  issuer = 'up';
  const credentials: Credentials = {
    token: async (audience) => {
      if (issuer === 'down') throw new Error('nobody issues tokens');
      return `${audience}/${issued}`;
    },
    refused: () => {
      issued++;
    },
  };
  server.handle = (request, response) => {
    const right = request.headers.authorization === `Bearer ${valid}`;
    const error = { code: 'unauthenticated', message: 'no', next: '' };
    response.writeHead(right ? 200 : 401).end(JSON.stringify(right ? { n: 1 } : { error }));
  };
  const endpoints = fixedEndpoint('server-1', server.url);
  peer = new Peer({ name: 'server', endpoints, random: seededRandom(1), credentials });
});
afterEach(async () => {
  await peer.close();
  await server.stop();
});
const post = () => peer.post('/', {}, { answer });

test('a call carries a token for that service', async () => {
  expect(await post()).toMatchObject({ kind: 'ok' });
  expect(server.calls[0]?.headers.authorization).toBe('Bearer server/0');
});

test('a token that is refused is replaced once, unnoticed by the caller', async () => {
  valid = 'server/1';
  expect(await post()).toMatchObject({ kind: 'ok' });
  expect(server.calls).toHaveLength(2);
  expect(await post()).toMatchObject({ kind: 'ok' });
  expect(server.calls).toHaveLength(3);
});

test('when the new one is refused too, nothing was done, and nobody tries on', async () => {
  valid = 'none of these';
  expect(await post()).toMatchObject({ kind: 'notSent', reason: 'unauthorized' });
  expect(server.calls).toHaveLength(2);
});

test('without a token nothing is sent, and it is not the peer’s failure', async () => {
  issuer = 'down';
  for (let i = 0; i < 20; i++)
    expect(await post()).toMatchObject({ kind: 'notSent', reason: 'unauthorized' });
  expect(server.calls).toHaveLength(0);
  expect(peer.refusing).toBe(false);
});

test('a 401 of somebody else says nothing about our token, nor that nothing was done', async () => {
  server.answer(401, { error: 'injected by stormglass' });
  expect(await post()).toMatchObject({ kind: 'ambiguous' });
  expect(server.calls).toHaveLength(1);
  expect(issued).toBe(0);
});

test('a customer’s wrong password is the peer’s answer, not a refusal of our token', async () => {
  const error = { code: 'login_failed', message: 'no such user', next: 'Correct it.' };
  server.handle = (_, response) => response.writeHead(401).end(JSON.stringify({ error }));
  expect(await post()).toMatchObject({ kind: 'rejected', status: 401, code: 'login_failed' });
  expect(server.calls).toHaveLength(1);
  expect(issued).toBe(0);
});
