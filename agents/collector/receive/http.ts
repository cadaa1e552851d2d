import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { StormglassError } from '../../contract/errors.ts';
import { RECORDED_HEADER } from '../sources/recording/head.ts';
import { ZIPKIN_PATH, zipkinToProtobuf } from '../sources/zipkin.ts';
import { jsonToProtobuf } from '../wire/json.ts';
import type { Signal } from '../wire/signals.ts';
import { CONTENT_TYPE, type Encoding, errorBody, successBody } from './answers.ts';
import { isAuthorized } from './auth.ts';
import { readBody } from './body.ts';
import type { ByteAccount, ByteBudget } from './budget.ts';
import { countOnHttp } from './foreign-speech.ts';
import type { Accepted, Intake } from './intake.ts';

export interface HttpReceiverOptions {
  intake: Intake;
  budget: ByteBudget;
  maxRequestBytes: number;
  corsOrigins: readonly string[];
  key: string | undefined;
  log: Logger;
}

/** What is taken on one path, and how it is answered. */
interface Route {
  signal: Signal;
  /** To protobuf, by the encoding that the Content-Type says. */
  decode: Partial<Record<Encoding, (body: Uint8Array) => Uint8Array>>;
  unsupported: string;
  answer(response: ServerResponse, accepted: Accepted, encoding: Encoding): void;
}

const otlpRoute = (signal: Signal): Route => ({
  signal,
  decode: { protobuf: (body) => body, json: (body) => jsonToProtobuf(signal, body) },
  unsupported: 'Use application/x-protobuf or application/json.',
  answer: (response, accepted, encoding) =>
    send(response, 200, encoding, successBody(signal, accepted, encoding)),
});

const ROUTES: Record<string, Route> = {
  '/v1/traces': otlpRoute('traces'),
  '/v1/metrics': otlpRoute('metrics'),
  '/v1/logs': otlpRoute('logs'),
  [ZIPKIN_PATH]: {
    signal: 'traces',
    decode: { json: zipkinToProtobuf },
    unsupported: 'Use application/json.',
    // Zipkin knows no partial success.
    answer: (response) => response.writeHead(202).end(),
  },
};
const RETRY_AFTER_SECONDS = '1';

/** OTLP/HTTP (OTLP 1.11): `POST /v1/{traces,metrics,logs}`, protobuf or JSON; Zipkin v2 JSON on its own path. */
export function createHttpReceiver(options: HttpReceiverOptions): Server {
  const server = createServer({ noDelay: true }, (request, response) => {
    const account = options.budget.open();
    handle(request, response, options, account)
      .catch((cause: unknown) => {
        options.log.error({ err: cause }, 'receiver failed');
        response.destroy();
      })
      .finally(() => account.close());
  });
  countOnHttp(server, (speech) => options.intake.count(speech));
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpReceiverOptions,
  account: ByteAccount,
): Promise<void> {
  allowOrigin(request, response, options.corsOrigins);
  if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
    response.writeHead(204).end();
    return;
  }
  const encoding = encodingOf(request);
  try {
    const { signal, decode, unsupported, answer } = route(request, options);
    const toProtobuf = encoding === null ? undefined : decode[encoding];
    if (encoding === null || toProtobuf === undefined) {
      const type = request.headers['content-type'] ?? '(none)';
      throw new StormglassError(
        'unsupported_media_type',
        `Content-Type ${type} is not taken here.`,
        unsupported,
      );
    }
    const body = await readBody(request, options.maxRequestBytes, account);
    const recorded = request.headers[RECORDED_HEADER] !== undefined;
    answer(response, await options.intake.accept(signal, toProtobuf(body), recorded), encoding);
  } catch (cause) {
    if (request.destroyed && !request.complete) return;
    refuse(request, response, encoding ?? 'protobuf', cause, options);
  }
}

function route(request: IncomingMessage, options: HttpReceiverOptions): Route {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const found = ROUTES[path];
  if (found === undefined) {
    const what = path.endsWith('/profiles') ? 'Profiles are not stored.' : 'No such path.';
    throw new StormglassError('not_found', what, 'Use /v1/traces, /v1/metrics or /v1/logs.');
  }
  if (request.method !== 'POST') {
    throw new StormglassError('method_not_allowed', `${request.method} is not allowed here.`, 'Use POST.');
  }
  if (!isAuthorized(request.headers.authorization, options.key)) {
    throw new StormglassError(
      'unauthorized',
      'The key is missing or wrong.',
      'Send authorization: Bearer <key>.',
    );
  }
  return found;
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  encoding: Encoding,
  cause: unknown,
  options: HttpReceiverOptions,
): void {
  const known = cause instanceof StormglassError;
  const status = known ? cause.status : 500;
  if (!known) options.log.error({ err: cause }, 'request failed');
  options.intake.count(known ? cause.code : 'internal');
  if (status === 429 || status === 503) response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  if (status === 405) response.setHeader('allow', 'POST');
  // The rest of a body that nobody will read must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  const message = known
    ? `${cause.message} ${cause.next}`
    : 'The collector failed; the request can be sent again.';
  send(response, status, encoding, errorBody(status, message, encoding));
  if (!request.complete) response.once('finish', () => request.destroy());
}

function send(response: ServerResponse, status: number, encoding: Encoding, body: Uint8Array): void {
  response.writeHead(status, { 'content-type': CONTENT_TYPE[encoding], 'content-length': body.length });
  response.end(body);
}

function encodingOf(request: IncomingMessage): Encoding | null {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-protobuf') return 'protobuf';
  return type === 'application/json' ? 'json' : null;
}

function allowOrigin(request: IncomingMessage, response: ServerResponse, allowed: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || !(allowed.includes('*') || allowed.includes(origin))) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'origin');
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader(
    'access-control-allow-headers',
    request.headers['access-control-request-headers'] ?? '*',
  );
  response.setHeader('access-control-max-age', '7200');
}
