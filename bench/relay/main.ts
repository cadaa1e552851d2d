import { connect, createServer } from 'node:net';

/** What a proxy is compared with: the least that carries bytes from one socket to another. */
const [, , host = '127.0.0.1', port = '0'] = process.argv;
const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  for (const socket of [client, upstream]) socket.on('error', () => undefined);
  client.pipe(upstream);
  upstream.pipe(client);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ready', address: server.address() })}\n`);
});
