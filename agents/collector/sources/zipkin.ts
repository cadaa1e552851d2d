import { createHash } from 'node:crypto';
import { z } from 'zod';
import { StormglassError } from '../../contract/errors.ts';
import { otlp } from '../wire/codec.ts';

/** Zipkin's own path, on the port of OTLP/HTTP. */
export const ZIPKIN_PATH = '/api/v2/spans';

const Endpoint = z.object({
  serviceName: z.string().optional(),
  ipv4: z.string().optional(),
  ipv6: z.string().optional(),
  port: z.number().int().optional(),
});
const hex = (digits: RegExp, what: string) => z.string().regex(digits, what);
/** Microseconds; whole, though some tracers write them with a point. */
const micros = z.number().min(0).max(Number.MAX_SAFE_INTEGER).transform(Math.round);

/** Zipkin v2 JSON, as much of it as means anything. */
const ZipkinSpan = z.object({
  traceId: hex(/^[0-9a-f]{1,32}$/i, 'must be 1 to 32 hex digits'),
  id: hex(/^[0-9a-f]{1,16}$/i, 'must be 1 to 16 hex digits'),
  parentId: hex(/^[0-9a-f]{1,16}$/i, 'must be 1 to 16 hex digits').nullish(),
  kind: z.enum(['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER']).nullish(),
  name: z.string().nullish(),
  timestamp: micros.nullish(),
  duration: micros.nullish(),
  localEndpoint: Endpoint.nullish(),
  remoteEndpoint: Endpoint.nullish(),
  annotations: z.array(z.object({ timestamp: micros, value: z.string() })).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  shared: z.boolean().nullish(),
});
type ZipkinSpan = z.infer<typeof ZipkinSpan>;

const KIND = { SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 } as const;
const INTERNAL = 1;
const STATUS = { OK: 1, ERROR: 2 } as const;
/** Tags that stand for fields of an OTLP span. */
const FIELD_TAGS = new Set([
  ...['error', 'otel.status_code', 'otel.status_description'],
  ...['otel.scope.name', 'otel.scope.version', 'otel.library.name', 'otel.library.version'],
]);

/** A list of Zipkin v2 spans as an OTLP trace request in protobuf; throws `invalid_request` with the place that is wrong. */
export function zipkinToProtobuf(body: Uint8Array): Uint8Array {
  const spans = parse(body);
  const byResource = Map.groupBy(spans, (span) =>
    JSON.stringify([span.localEndpoint ?? null, scopeOf(span.tags ?? {})]),
  );
  return otlp.encodeRequest('traces', {
    resource_spans: [...byResource.values()].map((group) => ({
      resource: { attributes: texts(resourceOf(group[0]?.localEndpoint ?? {})) },
      scope_spans: [{ scope: scopeOf(group[0]?.tags ?? {}), spans: group.map(toSpan) }],
    })),
  });
}

function parse(body: Uint8Array): ZipkinSpan[] {
  const refuse = (message: string, cause: unknown) =>
    new StormglassError(
      'invalid_request',
      `The body is no list of Zipkin v2 spans: ${message}`,
      'Correct it.',
      {
        cause,
      },
    );
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const parsed = z.array(ZipkinSpan).safeParse(json);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error).slice(0, 1000), parsed.error);
  return parsed.data;
}

function resourceOf(local: z.infer<typeof Endpoint>): Record<string, string | undefined> {
  return { 'service.name': local.serviceName, 'host.ip': local.ipv4 ?? local.ipv6 };
}

function scopeOf(tags: Record<string, string>): { name: string; version: string } {
  return {
    name: tags['otel.scope.name'] ?? tags['otel.library.name'] ?? '',
    version: tags['otel.scope.version'] ?? tags['otel.library.version'] ?? '',
  };
}

function toSpan(span: ZipkinSpan): Record<string, unknown> {
  const tags = span.tags ?? {};
  const annotations = (span.annotations ?? []).toSorted((a, b) => a.timestamp - b.timestamp);
  // A span that only annotates begins with its first annotation; else the moment of its arrival is all there is.
  const started = span.timestamp ?? annotations[0]?.timestamp ?? Date.now() * 1000;
  const kind = span.kind ? KIND[span.kind] : INTERNAL;
  const own = Object.entries(tags).filter(([key]) => !FIELD_TAGS.has(key));
  return {
    trace_id: bytes(span.traceId, 16),
    ...identityOf(span),
    name: span.name ?? '',
    kind,
    start_time_unix_nano: nanos(started),
    end_time_unix_nano: nanos(started + (span.duration ?? 0)),
    attributes: [
      ...texts({ ...remoteOf(span), ...Object.fromEntries(own) }),
      ...(span.timestamp ? [] : [flag('otel.zipkin.absentField.startTime')]),
    ],
    events: annotations.map(({ timestamp, value }) => ({ name: value, time_unix_nano: nanos(timestamp) })),
    status: statusOf(tags),
  };
}

/**
 * B3 lets a server share the id of its client's span, but an OTLP id is one span's. The server's half gets an id of its own,
 * always the same one, and the client's as its parent; its children keep hanging on the id both had.
 */
function identityOf(span: ZipkinSpan): Record<string, unknown> {
  const id = bytes(span.id, 8);
  if (span.kind === 'SERVER' && span.shared === true) {
    return { span_id: createHash('sha256').update(id).digest().subarray(0, 8), parent_span_id: id };
  }
  return { span_id: id, parent_span_id: span.parentId ? bytes(span.parentId, 8) : new Uint8Array() };
}

function remoteOf({ remoteEndpoint: remote, kind }: ZipkinSpan): Record<string, string | undefined> {
  if (!remote) return {};
  const address = remote.ipv4 ?? remote.ipv6;
  const port = remote.port === undefined ? undefined : String(remote.port);
  const calls = kind === 'CLIENT' || kind === 'PRODUCER';
  return {
    'network.peer.address': address,
    'network.peer.port': port,
    // Of a caller only its address is known for sure; who is called is what the map wants to know.
    ...(calls ? { 'peer.service': remote.serviceName, 'server.address': address, 'server.port': port } : {}),
  };
}

/** In Zipkin a tag `error` of whatever value, the empty one too, means that the span failed. */
function statusOf(tags: Record<string, string>): { code: number; message: string } {
  const { error, 'otel.status_code': code, 'otel.status_description': description } = tags;
  if (code === 'OK') return { code: STATUS.OK, message: '' };
  if (code !== 'ERROR' && error === undefined) return { code: 0, message: '' };
  return { code: STATUS.ERROR, message: description ?? (error === 'true' ? '' : (error ?? '')) };
}

const nanos = (us: number) => `${us}000`;
const bytes = (id: string, size: number) => Buffer.from(id.padStart(size * 2, '0'), 'hex');
const flag = (key: string) => ({ key, value: { bool_value: true } });

function texts(values: Record<string, string | undefined>) {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: { string_value: value } }],
  );
}
