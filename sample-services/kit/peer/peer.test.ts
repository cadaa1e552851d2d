import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { seededRandom } from '../random.ts';
import { fixedEndpoint } from './endpoints.ts';
import { Peer, type PeerOptions } from './peer.ts';

const Answer = z.object({ n: z.number() });

let server: Server;
let handle: RequestListener;
let calls: { key: string | undefined }[];
let peer: Peer;
beforeEach(async () => {
  calls = [];
  handle = (_request, response) => response.writeHead(200).end('{"n":1}');
  server = createServer((request, response) => {
    calls.push({ key: request.headers['idempotency-key'] as string | undefined });
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  peer = open();
});
afterEach(async () => {
  await peer.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function open(options: Partial<PeerOptions> = {}): Peer {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return new Peer({
    name: 'server',
    endpoints: fixedEndpoint('server-1', `http://127.0.0.1:${port}`),
    random: seededRandom(1),
    ...options,
  });
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
const refuse = (status: number, code: string) => {
  handle = (_request, response) =>
    response.writeHead(status).end(JSON.stringify({ error: { code, message: 'no', next: '' } }));
};

describe('what a caller learns', () => {
  test('a success of the agreed shape is ok; of another shape it is ambiguous', async () => {
    expect(await post()).toEqual({ kind: 'ok', status: 200, body: { n: 1 } });
    handle = (_request, response) => response.end('<html>');
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'unreadable' });
  });

  test('a typed 4xx is a refusal for certain', async () => {
    refuse(402, 'card_declined');
    expect(await post('k')).toMatchObject({ kind: 'rejected', status: 402, code: 'card_declined' });
    expect(calls).toHaveLength(1);
  });

  test('an earlier call with the key still running is ambiguous, not refused', async () => {
    refuse(409, 'idempotency_in_progress');
    expect(await post('k', 1)).toMatchObject({ kind: 'ambiguous', reason: 'in_progress' });
  });

  test('a 5xx, a reset and a timeout are ambiguous', async () => {
    handle = (_request, response) => response.writeHead(500).end();
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'server_error' });
    handle = (request) => request.socket.destroy();
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'reset' });
    await reopen({ timeoutMs: 50 });
    handle = () => {};
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'timeout' });
  });

  test('a refused connection was not sent', async () => {
    await reopen({ endpoints: fixedEndpoint('server-1', 'http://127.0.0.1:9') });
    expect(await post('k', 1)).toMatchObject({ kind: 'notSent', reason: 'refused' });
  });
});

describe('repeating', () => {
  test('happens only with an idempotency key, and with the same one', async () => {
    handle = (_request, response) => response.writeHead(503).end();
    await post();
    expect(calls).toHaveLength(1);
    await post('the key');
    expect(calls.slice(1)).toEqual([{ key: 'the key' }, { key: 'the key' }, { key: 'the key' }]);
  });

  test('ends with the first answer', async () => {
    handle = (_request, response) => response.writeHead(calls.length < 2 ? 503 : 200).end('{"n":2}');
    expect(await post('k')).toMatchObject({ kind: 'ok', body: { n: 2 } });
    expect(calls).toHaveLength(2);
  });
});

describe('the breaker', () => {
  test('opens after ten failures, refuses without sending, probes after its reset and closes', async () => {
    await reopen({ resetMs: 200 });
    handle = (_request, response) => response.writeHead(503).end();
    for (let i = 0; i < 10; i++) await post();
    expect(peer.refusing).toBe(true);
    expect(peer.probesInMs).toBeGreaterThan(0);
    expect(await post()).toMatchObject({ kind: 'notSent', reason: 'breaker_open' });
    expect(calls).toHaveLength(10);
    handle = (_request, response) => response.end('{"n":3}');
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
    await reopen({ bulkhead: { slots: 1, line: 0 } });
    let answer = () => {};
    handle = (_request, response) => {
      answer = () => response.end('{"n":1}');
    };
    const first = post();
    await expect.poll(() => calls.length).toBe(1);
    for (let i = 0; i < 20; i++)
      expect(await post()).toMatchObject({ kind: 'notSent', reason: 'bulkhead_full' });
    answer();
    expect(await first).toMatchObject({ kind: 'ok' });
    expect(peer.refusing).toBe(false);
  });
});
