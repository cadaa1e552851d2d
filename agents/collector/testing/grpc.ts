import { type ClientHttp2Session, connect } from 'node:http2';
import type { Signal } from '../wire/signals.ts';

/** Paths of the Export methods. */
export const EXPORT_PATH: Record<Signal | 'profiles', string> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  profiles: '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
};

/** How a call ended. A reset or a lost connection has code null. */
export interface GrpcAnswer {
  httpStatus: number;
  code: number | null;
  message: string;
  details: Buffer | null;
  body: Buffer;
  /** The HTTP/2 error with which the stream ended; 0 is none. */
  reset: number;
}

/** One message with its prefix. */
export function frame(message: Uint8Array, compressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** gRPC byte by byte, so that a test can send what no client library would. */
export class GrpcWire {
  readonly #session: ClientHttp2Session;

  constructor(port: number) {
    this.#session = connect(`http://127.0.0.1:${port}`, {
      // With its default of 10 MB Node resets other calls of the connection while a large one is written.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    this.#session.on('error', () => undefined);
  }

  call(path: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<GrpcAnswer> {
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const answer: GrpcAnswer = {
      httpStatus: 0,
      code: null,
      message: '',
      details: null,
      body: Buffer.alloc(0),
      reset: 0,
    };
    const chunks: Buffer[] = [];
    const note = (received: Record<string, unknown>) => {
      if (received['grpc-status'] !== undefined) answer.code = Number(received['grpc-status']);
      answer.message = decodeURIComponent(String(received['grpc-message'] ?? ''));
      const details = received['grpc-status-details-bin'];
      if (typeof details === 'string') answer.details = Buffer.from(details, 'base64');
    };
    stream.on('response', (received) => {
      answer.httpStatus = Number(received[':status']);
      note(received);
    });
    stream.on('trailers', note);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => undefined);
    const done = new Promise<GrpcAnswer>((resolve) => {
      stream.once('close', () =>
        resolve({ ...answer, body: Buffer.concat(chunks), reset: stream.rstCode ?? 0 }),
      );
    });
    stream.end(body);
    return done;
  }

  close(): void {
    this.#session.destroy();
  }
}
