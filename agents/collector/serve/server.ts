import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { LiveFeed } from '../live/feed.ts';
import { sameSecret } from '../receive/auth.ts';
import { ByteBudget } from '../receive/budget.ts';
import type { TelemetryStore } from '../store/port.ts';
import { answerQuery, sendException } from './clickhouse.ts';
import type { CollectorStats } from './stats.ts';

/** Of queries' texts in memory at one time. */
const MAX_QUERY_TEXT_BYTES = 64 * 1024 * 1024;

export interface QueryServerOptions {
  engine: TelemetryStore;
  live: LiveFeed;
  stats: CollectorStats;
  user: string;
  secret: string;
  log: Logger;
}

/**
 * The loopback port that web reads from: ClickHouse-HTTP on `/`, the live stream on `/live`, and what an operator asks
 * for on `/healthz`, `/stats` and `/metrics`. All but health and metrics want the per-start secret: a page in a browser can
 * post to a loopback port, too.
 */
export function createQueryServer(options: QueryServerOptions): Server {
  const bodies = new ByteBudget(MAX_QUERY_TEXT_BYTES);
  return createServer({ noDelay: true }, (request, response) => {
    handle(request, response, options, bodies).catch((cause: unknown) => {
      options.log.error({ err: cause }, 'query endpoint failed');
      if (response.headersSent) response.destroy();
      else sendException(response, cause);
    });
  });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: QueryServerOptions,
  bodies: ByteBudget,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://loopback');
  switch (url.pathname) {
    case '/healthz':
    case '/ping':
      response.writeHead(200, { 'content-type': 'text/plain' }).end('Ok.\n');
      return;
    case '/metrics': {
      response.writeHead(200, { 'content-type': options.stats.contentType });
      response.end(await options.stats.prometheus());
      return;
    }
  }
  if (!isAllowed(request, url, options)) {
    response.writeHead(401, { 'x-clickhouse-exception-code': '516', 'content-type': 'text/plain' });
    response.end(
      'Code: 516. DB::Exception: Authentication failed: wrong user or password. (AUTHENTICATION_FAILED)\n',
    );
    return;
  }
  switch (url.pathname) {
    case '/live':
      stream(request, response, options.live);
      return;
    case '/stats':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(options.stats.snapshot()));
      return;
    case '/':
      await answerQuery(options.engine, bodies, url, request, response);
      return;
    default:
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such path.\n');
  }
}

function stream(request: IncomingMessage, response: ServerResponse, live: LiveFeed): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const remove = live.add(response);
  request.once('close', remove);
  response.once('close', remove);
}

function isAllowed(request: IncomingMessage, url: URL, { user, secret }: QueryServerOptions): boolean {
  const given = credentials(request, url);
  return (given.user === '' || given.user === user) && sameSecret(given.password, secret);
}

function credentials(request: IncomingMessage, url: URL): { user: string; password: string } {
  const key = request.headers['x-clickhouse-key'];
  const name = request.headers['x-clickhouse-user'];
  if (typeof key === 'string') return { user: typeof name === 'string' ? name : '', password: key };
  const basic = /^basic\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [user = '', ...password] = Buffer.from(basic, 'base64').toString().split(':');
    return { user, password: password.join(':') };
  }
  return { user: url.searchParams.get('user') ?? '', password: url.searchParams.get('password') ?? '' };
}
