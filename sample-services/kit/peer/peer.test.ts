import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Answering } from '../../testing/answering.ts';
import { seededRandom } from '../random.ts';
import { fixedEndpoint } from './endpoints.ts';
import { Peer, type PeerOptions } from './peer.ts';

const Answer = z.object({ n: z.number() });

let server: Answering;
let peer: Peer;
beforeEach(async () => {
  server = await Answering.start();
  peer = open();
});
afterEach(async () => {
  await peer.close();
  await server.stop();
});

function open(options: Partial<PeerOptions> = {}): Peer {
  const endpoints = fixedEndpoint('server-1', server.url);
  return new Peer({ name: 'server', endpoints, random: seededRandom(1), ...options });
}
async function reopen(options: Partial<PeerOptions>): Promise<void> {
  await peer.close();
  peer = open(options);
}
const post = (idempotencyKey?: string, attempts?: number) =>
  peer.post(
    '/',
    {},
    {
      answer: Answer,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(attempts === undefined ? {} : { attempts }),
    },
  );
const refuse = (status: number, code: string) =>
  server.answer(status, { error: { code, message: 'no', next: '' } });

describe('what a caller learns', () => {
  test('a success of the agreed shape is ok; of another shape it is ambiguous', async () => {
    expect(await post()).toEqual({ kind: 'ok', status: 200, body: { n: 1 }, stale: false });
    server.answer(200, '<html>');
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'unreadable' });
  });

  test('a typed 4xx is a refusal for certain', async () => {
    refuse(402, 'card_declined');
    expect(await post('k')).toMatchObject({ kind: 'rejected', status: 402, code: 'card_declined' });
    expect(server.calls).toHaveLength(1);
  });

  test.each([400, 401, 402, 404, 409, 422, 429])('a %i that is not typed is ambiguous', async (status) => {
    server.answer(status, { error: 'injected by stormglass' });
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'unreadable' });
    refuse(status, 'internal');
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'unreadable' });
  });

  test('a refusal that is said before anything is done was not sent', async () => {
    refuse(401, 'unauthenticated');
    expect(await post()).toMatchObject({ kind: 'notSent', reason: 'unauthorized' });
    refuse(429, 'rate_limited');
    expect(await post()).toMatchObject({ kind: 'notSent', reason: 'overloaded' });
  });

  test('an earlier call with the key still running is ambiguous, not refused', async () => {
    refuse(409, 'idempotency_in_progress');
    expect(await post('k', 1)).toMatchObject({ kind: 'ambiguous', reason: 'in_progress' });
  });

  test('a 5xx, a reset and a timeout are ambiguous', async () => {
    server.answer(500);
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'server_error' });
    server.handle = (request) => request.socket.destroy();
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'reset' });
    await reopen({ settings: { timeoutMs: 50 } });
    server.handle = () => {};
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'timeout' });
  });

  test('a refused connection was not sent', async () => {
    await reopen({ endpoints: fixedEndpoint('server-1', 'http://127.0.0.1:9') });
    expect(await post('k', 1)).toMatchObject({ kind: 'notSent', reason: 'refused' });
  });
});

describe('repeating', () => {
  test('happens only with an idempotency key, and with the same one', async () => {
    server.answer(503);
    await post();
    expect(server.calls).toHaveLength(1);
    await post('the key');
    const keys = server.calls.slice(1).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual(['the key', 'the key', 'the key', 'the key']);
  });

  test('does not wait for a peer that hangs more than twice', async () => {
    await reopen({ settings: { timeoutMs: 60, retries: 9 } });
    const release = server.hold();
    expect(await post('k')).toMatchObject({ kind: 'ambiguous', reason: 'timeout' });
    expect(server.calls).toHaveLength(2);
    release();
  });

  test('ends with the first answer', async () => {
    server.handle = (_request, response) =>
      response.writeHead(server.calls.length < 2 ? 503 : 200).end('{"n":2}');
    expect(await post('k')).toMatchObject({ kind: 'ok', body: { n: 2 } });
    expect(server.calls).toHaveLength(2);
  });
});

describe('the breaker', () => {
  test('opens after ten failures, refuses without sending, probes after its reset and closes', async () => {
    await reopen({ settings: { resetTimeoutMs: 200 } });
    server.answer(503);
    for (let i = 0; i < 10; i++) await post();
    expect(peer.refusing).toBe(true);
    expect(peer.probesInMs).toBeGreaterThan(0);
    expect(await post()).toMatchObject({ kind: 'notSent', reason: 'breaker_open' });
    expect(server.calls).toHaveLength(10);
    server.answer(200, { n: 3 });
    await expect.poll(() => peer.refusing).toBe(false);
    expect(await post()).toMatchObject({ kind: 'ok' });
    expect(peer.probesInMs).toBe(0);
  });

  test('does not open on business refusals', async () => {
    refuse(409, 'sold_out');
    for (let i = 0; i < 20; i++) await post();
    expect(peer.refusing).toBe(false);
  });

  test('is not opened by a full bulkhead of our own', async () => {
    await reopen({ settings: { bulkheadSlots: 1 } });
    let answer = () => {};
    server.handle = (_request, response) => {
      answer = () => response.end('{"n":1}');
    };
    const first = post();
    await expect.poll(() => server.calls.length).toBe(1);
    for (let i = 0; i < 20; i++)
      expect(await post()).toMatchObject({ kind: 'notSent', reason: 'bulkhead_full' });
    answer();
    expect(await first).toMatchObject({ kind: 'ok' });
    expect(peer.refusing).toBe(false);
  });
});
