import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ClickHouseHttp, NoAnswerError } from './http.ts';

const SILENCE_MS = 100;

test('a query without an answer is given up; a change of the store, which goes on at the server, is waited for', async () => {
  // Answers what is asked before only after another request has been given up.
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    waiting.push(() => response.end('done'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const address = { url, user: 'default', password: '', database: 'x', ca: undefined, adopt: false };
  const http = new ClickHouseHttp(address, SILENCE_MS);
  try {
    const change = http.send({ sql: 'INSERT INTO t SELECT 1', params: {}, takesLong: true });
    const query = http.send({ sql: 'SELECT 1', params: {} });
    await expect(query).rejects.toThrow(NoAnswerError);
    for (const answer of waiting) answer();
    expect(Buffer.from(await change).toString()).toBe('done');
  } finally {
    http.close();
    server.closeAllConnections();
    server.close();
  }
});
