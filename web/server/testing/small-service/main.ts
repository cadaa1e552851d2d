/**
 * A service as anybody would write it, run in a process of its own by tests; it knows nothing of the agent. It asks the
 * peer at PEER_URL, if there is one; with FALLBACK it tries again, and answers without the peer when that fails as well.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const { PEER_URL: peer, FALLBACK: fallback } = process.env;

async function asked(): Promise<number> {
  if (peer === undefined) return 200;
  for (let attempt = 0; ; attempt++) {
    const status = await fetch(peer).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 502,
    );
    if (status < 500 || fallback === undefined) return status;
    if (attempt > 0) return 203;
  }
}

const server = createServer(async (_request, response) => {
  response.writeHead(await asked(), { 'content-type': 'application/json' });
  response.end('{"done":true}');
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
