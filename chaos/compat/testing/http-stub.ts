import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const JSON_TEXT = '{"foo":[{"baz":"hello"},{"baz":"bonjour"}]}';
const SLOW_MS = 1500;

/** What some paths answer instead of an echo of the request. */
const ANSWERS: Record<string, { type: string; body: string }> = {
  '/json': { type: 'application/json', body: JSON_TEXT },
  '/jsoncs': { type: 'application/json; charset=utf-8', body: JSON_TEXT },
  '/badjson': { type: 'application/json', body: '{nope' },
  '/num': { type: 'application/json', body: '42' },
  '/utf8': { type: 'text/plain; charset=utf-8', body: 'héllo' },
  '/utf8nocs': { type: 'text/plain', body: 'héllo' },
};

/** The HTTP server which the recorded cases talk to. */
export async function startStub(): Promise<{ address: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const url = request.url ?? '/';
  const path = url.split('?')[0] ?? url;
  const [, status] = /^\/status\/(\d+)/.exec(path) ?? [];
  const known = ANSWERS[path];
  const code = path === '/redirect' ? 302 : path === '/redirect307' ? 307 : Number(status ?? 200);
  if (code === 302 || code === 307) response.setHeader('Location', '/echo?moved=1');
  response.writeHead(code, { 'Content-Type': known?.type ?? 'text/plain' });
  const send = () => response.end(known?.body ?? echo(request, url, body));
  if (path === '/slow') setTimeout(send, SLOW_MS).unref();
  else send();
}

/** JSON as the recorded answers have it, with a blank after each comma and colon, and ASCII only. */
function echo({ method, headers }: IncomingMessage, path: string, body: string): string {
  const quoted = (value: string | undefined) =>
    value === undefined
      ? 'null'
      : JSON.stringify(value).replace(
          /[\u0080-\uffff]/g,
          (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
  if (path === '/auth') return quoted(headers.authorization);
  const fields = { method, path, ctype: headers['content-type'], x: headers['x-test']?.toString(), body };
  return `{${Object.entries(fields)
    .map(([name, value]) => `"${name}": ${quoted(value)}`)
    .join(', ')}}`;
}
