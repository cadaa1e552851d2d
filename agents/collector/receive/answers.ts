import { otlp } from '../wire/codec.ts';
import type { Accepted } from './intake.ts';

export type Encoding = 'protobuf' | 'json';

export const CONTENT_TYPE: Record<Encoding, string> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** Names of the rejected count in the JSON answers, by signal. */
const REJECTED_FIELD = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
} as const;

/** google.rpc codes which OTLP/HTTP errors carry, by HTTP status. */
const RPC_CODE: Record<number, number> = {
  400: 3,
  401: 16,
  404: 5,
  405: 12,
  413: 8,
  415: 3,
  429: 8,
  500: 13,
  503: 14,
};

/** The body of a 200: empty when all was taken. */
export function successBody(
  signal: keyof typeof REJECTED_FIELD,
  accepted: Accepted,
  encoding: Encoding,
): Uint8Array {
  if (encoding === 'json') {
    const partialSuccess = {
      [REJECTED_FIELD[signal]]: String(accepted.rejected),
      errorMessage: accepted.message,
    };
    return Buffer.from(JSON.stringify(accepted.rejected > 0 ? { partialSuccess } : {}));
  }
  if (accepted.rejected === 0) return new Uint8Array();
  return otlp.encodePlain('ExportServiceResponse', {
    partial_success: { rejected: accepted.rejected, error_message: accepted.message },
  });
}

/** A google.rpc.Status in the request's own encoding. */
export function errorBody(status: number, message: string, encoding: Encoding): Uint8Array {
  const code = RPC_CODE[status] ?? 2;
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return otlp.encodePlain('RpcStatus', { code, message });
}
