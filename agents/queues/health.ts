import { createServer, type Server } from 'node:http';

/** Answers `GET /healthz` on 127.0.0.1: 200 when `well` says so, else 503. The caller closes it. */
export function serveHealth(port: number, well: () => boolean): Server {
  const server = createServer((request, response) => {
    if (request.url !== '/healthz') response.writeHead(404).end();
    else if (well()) response.writeHead(200, { 'content-type': 'application/json' }).end('{"broker":"read"}');
    else response.writeHead(503, { 'content-type': 'application/json' }).end('{"broker":"not read"}');
  });
  return server.listen(port, '127.0.0.1');
}
