import type { IncomingMessage, ServerResponse } from 'node:http';
import { API, type ApiName } from '../../live/api.ts';
import type { Gate } from '../auth/gate.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Misdirected } from '../misdirected.ts';
import type { Call, Handler, Handlers } from '../routes/handler.ts';
import { sendDocument, sendError, sendJson } from './answer.ts';
import { readJson } from './body.ts';
import { setSecurityHeaders } from './headers.ts';
import { asLines, isLines, sendLines } from './lines.ts';
import { sendLoginPage } from './login-page.ts';
import type { Pages } from './pages.ts';
import { queryInput } from './query.ts';
import { answerReader, isReaderPath, type ReaderSite } from './readers.ts';
import { matchRoute } from './table.ts';

export interface Site extends ReaderSite {
  handlers: Handlers;
  gate: Gate;
  metrics: Metrics;
  misdirected: Misdirected;
  log: Log;
  openapi: Record<string, unknown>;
  pages: () => Promise<Pages>;
}

/** Answered without a login: getting one, and being alive. Host and Origin are checked all the same. */
const OPEN: ReadonlySet<ApiName> = new Set(['login', 'health']);

/** In the metrics, as nginx counts it. */
const CLIENT_GONE = 499;

/** The one request listener: API, documents, metrics, login page, and Next for the rest. */
export function requestListener(site: Site): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    setSecurityHeaders(response);
    route(site, request, response).catch((error: unknown) => sendError(response, error, site.log));
  };
}

async function route(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://dashboard') ?? new URL('http://dashboard/');
  const path = url.pathname;
  const { gate } = site;
  site.misdirected.refuse(path);
  if (path === '/metrics') {
    gate.admit(request.headers, 'GET');
    response.setHeader('content-type', site.metrics.registry.contentType);
    response.end(await site.metrics.registry.metrics());
  } else if (path === '/api/openapi.json') {
    gate.admit(request.headers, 'GET');
    sendJson(response, 200, site.openapi);
  } else if (isReaderPath(path)) {
    await answerReader(site, request, response, url);
  } else if (path === '/api' || path.startsWith('/api/')) {
    await api(site, request, response, url);
  } else if (path === '/login' && gate.loginNeeded) {
    sendLoginPage(response);
  } else if (!gate.isLoggedIn(request.headers)) {
    response.writeHead(303, { location: '/login' });
    response.end();
  } else {
    await (await site.pages()).handle(request, response);
  }
}

async function api(site: Site, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const { metrics, gate } = site;
  const method = request.method ?? 'GET';
  const began = performance.now();
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  let name: ApiName | 'none' = 'none';
  try {
    // Before the route is looked up: a foreign page learns nothing, not even what exists.
    gate.checkOrigin(request.headers);
    const match = matchRoute(method, url.pathname);
    name = match.name;
    if (!OPEN.has(name)) gate.admit(request.headers, method);
    const input = await readInput(name, request, url);
    const answer = await invoke(site.handlers, name, {
      input,
      params: match.params,
      who: whoAsks(request),
      headers: request.headers,
      signal: gone.signal,
      setHeader: (header, value) => response.setHeader(header, value),
    });
    if (isLines(answer)) await sendLines(response, asLines(answer), gone.signal);
    else if (typeof answer === 'string') sendDocument(response, answer);
    else sendJson(response, 200, answer);
  } catch (error) {
    // Nobody is there to read what happened to the question.
    if (gone.signal.aborted) response.statusCode = CLIENT_GONE;
    else sendError(response, error, site.log);
  } finally {
    metrics.requests.inc({ route: name, method, status: response.statusCode });
    metrics.requestSeconds.observe({ route: name }, (performance.now() - began) / 1000);
  }
}

async function readInput(name: ApiName, request: IncomingMessage, url: URL): Promise<unknown> {
  const row = API[name];
  const raw = row.method === 'GET' ? queryInput(url.searchParams, row.input) : await readJson(request);
  return row.input.parse(raw);
}

/** The table binds the type of an input to the name of its row; TypeScript cannot follow that through a variable. */
function invoke(handlers: Handlers, name: ApiName, call: Omit<Call<ApiName>, 'input'> & { input: unknown }) {
  return (handlers[name] as unknown as Handler<ApiName>)(call as Call<ApiName>);
}

function whoAsks(request: IncomingMessage): string {
  const given = request.headers['x-stormglass-by'];
  const name = typeof given === 'string' ? given.replace(/[^\w .:@/-]/g, '').trim() : '';
  return name === '' ? 'person' : name.slice(0, 80);
}
