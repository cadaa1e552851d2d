import { createServer, type Server, type ServerResponse } from 'node:http';
import { metricsText } from '../node/metrics-text.ts';

/** Answers `GET /healthz` (200 when `well` says so, else 503) and `GET /metrics`. The caller closes it. */
export function serveHealth(host: string, port: number, well: () => boolean): Server {
  const server = createServer((request, response) => {
    if (request.url === '/metrics') void sendMetrics(response);
    else if (request.url !== '/healthz') response.writeHead(404).end();
    else if (well()) response.writeHead(200, { 'content-type': 'application/json' }).end('{"broker":"read"}');
    else response.writeHead(503, { 'content-type': 'application/json' }).end('{"broker":"not read"}');
  });
  return server.listen(port, host);
}

async function sendMetrics(response: ServerResponse): Promise<void> {
  try {
    const text = await metricsText();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  } catch {
    // Whoever scrapes sees it, and asks again.
    response.writeHead(500).end();
  }
}
