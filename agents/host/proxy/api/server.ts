import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { addressText } from '../address.ts';
import type { Proxies } from '../collection.ts';
import { ApiError, badBody } from '../errors.ts';
import { encode } from './encode.ts';
import { type Answer, ROUTES } from './routes.ts';

/** A description of proxies is small; whatever is longer is none. */
const MOST_BODY_BYTES = 1024 * 1024;

export interface Api {
  /** `127.0.0.1:8474`. */
  address: string;
  close(): Promise<void>;
}

/** Serves the API of a set of proxies. */
export async function serveApi(proxies: Proxies, host: string, port: number): Promise<Api> {
  const server = createServer((request, response) => {
    answer(proxies, request).then(
      (given) => send(response, given),
      (error: unknown) => send(response, errorAnswer(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { address: addressOf(server), close: () => close(server) };
}

async function answer(proxies: Proxies, request: IncomingMessage): Promise<Answer> {
  const path = unescaped(new URL(request.url ?? '/', 'http://localhost').pathname);
  const found = ROUTES.flatMap((route) => {
    const names = namesIn(route.path, path);
    return names === null ? [] : [{ route, names }];
  });
  if (found.length === 0) return plain('404 page not found\n', 404);
  const match = found.find(({ route }) => route.methods.includes(request.method ?? ''));
  if (match === undefined) return { status: 405, type: '', body: '' };
  // What a web page sends: any page could post to this port otherwise.
  if (request.headers['user-agent']?.startsWith('Mozilla/')) return plain('User agent not allowed\n', 403);
  return match.route.handle({ proxies, names: match.names, body: await bodyOf(request) });
}

/** The names in a path, or null when it is another path. */
function namesIn(pattern: string, path: string): string[] | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const names: string[] = [];
  for (const [i, segment] of wanted.entries()) {
    const part = given[i] ?? '';
    if (segment === '*') {
      if (part === '') return null;
      names.push(part);
    } else if (segment !== part) return null;
  }
  return names;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) throw badBody(`more than ${MOST_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const plain = (body: string, status: number): Answer => ({ status, type: 'text/plain; charset=utf-8', body });

function errorAnswer(error: unknown): Answer {
  const { message, status } =
    error instanceof ApiError
      ? error
      : { message: error instanceof Error ? error.message : String(error), status: 500 };
  return plain(`${encode({ error: message, status })}\n`, status);
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  if (type !== '') response.setHeader('content-type', type);
  if (type.startsWith('text/plain; charset')) response.setHeader('x-content-type-options', 'nosniff');
  if (status !== 204) response.setHeader('content-length', Buffer.byteLength(body));
  response.writeHead(status);
  response.end(body);
}

function addressOf(server: Server): string {
  const address = server.address();
  return address !== null && typeof address === 'object' ? addressText(address) : '';
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
