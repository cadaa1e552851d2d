import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { type ErrorCode, StormglassError } from '../../contract/errors.ts';
import { otlp } from '../wire/codec.ts';
import { lengthDelimited } from '../wire/reader.ts';
import type { Signal } from '../wire/signals.ts';
import { successBody } from './answers.ts';
import { isAuthorized } from './auth.ts';
import { collect, unpack } from './body.ts';
import type { ByteAccount, ByteBudget } from './budget.ts';
import { countOnGrpc } from './foreign-speech.ts';
import type { Intake } from './intake.ts';

export interface GrpcReceiverOptions {
  intake: Intake;
  budget: ByteBudget;
  host: string;
  port: number;
  maxRequestBytes: number;
  key: string | undefined;
  log: Logger;
}

export interface GrpcReceiver {
  port: number;
  /** Ends every connection, whatever runs on it. */
  close(): void;
}

const PATHS: Record<string, Signal> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
};

/** Of one connection. The rest of its calls waits at the client. */
const MAX_STREAMS = 64;
/** A call on which nothing moves for so long gives its memory back. */
const IDLE_MS = 60_000;
/** A refused client that goes on sending is cut off after this. */
const CUT_MS = 1000;
/** Before each message: one byte of flags (1: compressed), four of length. */
const PREFIX_BYTES = 5;

/** The gRPC codes that are answered here. */
const CODE = {
  invalidArgument: 3,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const CODE_OF: Partial<Record<ErrorCode, number>> = {
  unauthorized: CODE.unauthenticated,
  backpressure: CODE.unavailable,
  payload_too_large: CODE.resourceExhausted,
  unsupported_media_type: CODE.unimplemented,
};

/**
 * OTLP/gRPC: the three unary Export services, straight on HTTP/2. A gRPC library hands over whole messages only, so that
 * what is still arriving, 64 calls of 64 MiB on each connection, would be counted by nobody.
 */
export async function startGrpcReceiver(options: GrpcReceiverOptions): Promise<GrpcReceiver> {
  const server = createServer({
    settings: { maxConcurrentStreams: MAX_STREAMS },
    // Bodies are counted by the budget. With its default of 10 MB Node may reset calls, after which no client tries again.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    countOnGrpc(session, (speech) => options.intake.count(speech));
    // Bytes that are no HTTP/2: the connection ends, nothing else.
    session.on('error', (cause) => options.log.debug({ err: cause }, 'gRPC connection failed'));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const account = options.budget.open();
    stream.on('error', (cause) => options.log.debug({ err: cause }, 'gRPC call failed'));
    stream.once('close', () => account.close());
    stream.setTimeout(IDLE_MS, () => {
      stream.close(constants.NGHTTP2_CANCEL);
    });
    void answer(stream, headers, options, account);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

async function answer(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  options: GrpcReceiverOptions,
  account: ByteAccount,
): Promise<void> {
  try {
    // What is no gRPC gets an answer of HTTP.
    if (!/^application\/grpc(\+proto)?(;|$)/i.test(headers['content-type'] ?? '')) {
      finish(stream, { ':status': 415 });
      return;
    }
    const signal = PATHS[headers[':path'] ?? ''];
    if (signal === undefined) {
      options.intake.count('not_found');
      refuse(stream, CODE.unimplemented, `${headers[':path']} is not served: traces, metrics and logs are.`);
      return;
    }
    if (!isAuthorized(headers.authorization, options.key)) throw unauthorized();
    const message = await readMessage(stream, headers, options.maxRequestBytes, account);
    const accepted = await options.intake.accept(signal, message);
    succeed(stream, successBody(signal, accepted, 'protobuf'));
  } catch (cause) {
    if (stream.closed || stream.destroyed) return;
    fail(stream, cause, options);
  }
}

/** The call's one message, decompressed and counted while it is in memory. */
async function readMessage(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  maxBytes: number,
  account: ByteAccount,
): Promise<Uint8Array> {
  const framed = await collect(stream.iterator({ destroyOnReturn: false }), maxBytes + PREFIX_BYTES, account);
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength);
  if (
    framed.length < PREFIX_BYTES ||
    view.getUint32(1) !== framed.length - PREFIX_BYTES ||
    view.getUint8(0) > 1
  ) {
    throw new StormglassError(
      'invalid_request',
      'The call is not one gRPC message.',
      'Export takes exactly one request.',
    );
  }
  const message = framed.subarray(PREFIX_BYTES);
  if (view.getUint8(0) === 0) return message;
  return unpack(message, headers['grpc-encoding']?.toString(), maxBytes, account);
}

function succeed(stream: ServerHttp2Stream, body: Uint8Array): void {
  const frame = Buffer.alloc(PREFIX_BYTES + body.length);
  frame.writeUInt32BE(body.length, 1);
  frame.set(body, PREFIX_BYTES);
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.end(frame);
}

function fail(stream: ServerHttp2Stream, cause: unknown, { intake, log }: GrpcReceiverOptions): void {
  if (!(cause instanceof StormglassError)) {
    log.error({ err: cause }, 'call failed');
    intake.count('internal');
    refuse(stream, CODE.internal, 'The collector failed.');
    return;
  }
  intake.count(cause.code);
  const code = CODE_OF[cause.code] ?? CODE.invalidArgument;
  const details = `${cause.message} ${cause.next}`;
  refuse(stream, code, details, code === CODE.unavailable ? retryInfo(details) : undefined);
}

function refuse(stream: ServerHttp2Stream, code: number, details: string, info?: Uint8Array): void {
  finish(stream, {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    'grpc-message': encodeURIComponent(details),
    ...(info === undefined ? {} : { 'grpc-status-details-bin': Buffer.from(info).toString('base64') }),
  });
}

/**
 * Answers with headers alone. What the client still sends is read and dropped for a moment, since clients take a reset
 * that comes with the answer for a failed call.
 */
function finish(stream: ServerHttp2Stream, headers: Record<string, string | number>): void {
  stream.respond(headers, { endStream: true });
  stream.resume();
  const cut = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), CUT_MS);
  stream.once('close', () => clearTimeout(cut));
}

const unauthorized = () =>
  new StormglassError('unauthorized', 'The key is missing or wrong.', 'Send authorization: Bearer <key>.');

/** A google.rpc.Status that holds one RetryInfo of one second. */
function retryInfo(message: string): Uint8Array {
  const oneSecond = Uint8Array.from([0x08, 1]);
  const any = [
    ...lengthDelimited(1, [Buffer.from('type.googleapis.com/google.rpc.RetryInfo')]),
    ...lengthDelimited(2, lengthDelimited(1, [oneSecond])),
  ];
  const head = otlp.encodePlain('RpcStatus', { code: CODE.unavailable, message });
  return Buffer.concat([head, ...lengthDelimited(3, any)]);
}
