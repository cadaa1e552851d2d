import type { EventEmitter } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.dispose());

const counted = (reason: string) =>
  eventually(reason, async () => ((await collector.stats()).rejectedByReason[reason] === 1 ? true : null));

/** Resolves when it has closed; an error is an end as well. */
function closed(connection: EventEmitter): Promise<void> {
  connection.on('error', () => undefined);
  return new Promise((resolve) => connection.once('close', () => resolve()));
}

/** Sends bytes to a port; gives what came back until the other side closed. */
async function say(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.write(bytes);
  await closed(socket);
  return heard;
}

test('gRPC on the HTTP port is counted once for each connection, so that people can be told', async () => {
  await closed(connectHttp2(`http://127.0.0.1:${collector.ports.http}`));
  await counted('grpc_on_http_port');
});

test('TLS on the HTTP port is counted, and answered as any other bytes', async () => {
  const hello = Uint8Array.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]);
  expect(await say(collector.ports.http, hello)).toContain('400 Bad Request');
  await counted('tls_on_http_port');
});

test('HTTP/1.1 on the gRPC port is counted', async () => {
  await say(collector.ports.grpc, 'POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}');
  await counted('http_on_grpc_port');
});

test('bytes of no protocol are answered with 400 and blamed on none', async () => {
  expect(await say(collector.ports.http, 'hello, collector\r\n\r\n')).toContain('400 Bad Request');
  const { rejectedByReason } = await collector.stats();
  const total = Object.values(rejectedByReason).reduce((a, b) => a + b, 0);
  expect(total).toBe(3);
});
