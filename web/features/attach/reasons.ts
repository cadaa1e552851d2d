import type { Addresses } from './waiting.ts';

interface Words {
  title: string;
  next: string;
}

const BAD_PATH = ({ otlpHttp }: Addresses): Words => ({
  title: 'A request came to a path that is not one of OTLP',
  next: `OTEL_EXPORTER_OTLP_ENDPOINT is ${otlpHttp} alone: the SDK adds /v1/traces. OTEL_EXPORTER_OTLP_TRACES_ENDPOINT wants the whole ${otlpHttp}/v1/traces.`,
});
const BAD_BODY = (): Words => ({
  title: 'A body is no OTLP request',
  next: 'Let the Content-Type say what the body is: application/x-protobuf or application/json.',
});

/** By the collector's names of its reasons (agents/collector/receive). */
const REASONS: Readonly<Record<string, (addresses: Addresses) => Words>> = {
  grpc_on_http_port: ({ otlpHttp, otlpGrpc }) => ({
    title: 'gRPC came to the port of HTTP',
    next: `Send it to ${otlpGrpc}, or keep ${otlpHttp} and set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.`,
  }),
  http_on_grpc_port: ({ otlpHttp, otlpGrpc }) => ({
    title: 'HTTP came to the port of gRPC',
    next: `Send it to ${otlpHttp}, or keep ${otlpGrpc} and set OTEL_EXPORTER_OTLP_PROTOCOL=grpc.`,
  }),
  tls_on_http_port: ({ otlpHttp }) => ({
    title: 'TLS came to a port without it',
    next: `The address begins with http://, not https://: ${otlpHttp}.`,
  }),
  not_found: BAD_PATH,
  method_not_allowed: BAD_PATH,
  unsupported_media_type: () => ({
    title: 'A request is neither protobuf nor JSON',
    next: 'Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.',
  }),
  unauthorized: () => ({
    title: 'The key is missing or wrong',
    next: '`npm start` prints it: OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20KEY.',
  }),
  invalid_request: BAD_BODY,
  invalid_item: () => ({
    title: 'Spans have no valid trace id, span id or time',
    next: 'Trace ids have 32 hexadecimal digits, span ids 16, times are nanoseconds since 1970.',
  }),
  outside_retention: () => ({
    title: 'Spans are too old, or ahead of time',
    next: "Look at the clock of the service's machine.",
  }),
  payload_too_large: () => ({
    title: 'A request is too large',
    next: 'Send smaller batches: OTEL_BSP_MAX_EXPORT_BATCH_SIZE=256.',
  }),
  backpressure: () => ({
    title: 'The collector is busy and asked to send again',
    next: 'SDKs do that by themselves: wait.',
  }),
};

/** Why the collector refused something, and what helps; null for what no sender of spans has caused. */
export function reasonWords(reason: string, addresses: Addresses): Words | null {
  return REASONS[reason]?.(addresses) ?? null;
}
