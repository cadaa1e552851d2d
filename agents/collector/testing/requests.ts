import { otlp } from '../wire/codec.ts';

/** Builders of OTLP requests for tests, in the field names of the .proto. */
export type AnyValue = Record<string, unknown>;

export const kv = (key: string, value: string | number | boolean | AnyValue) => ({
  key,
  value: anyValue(value),
});

function anyValue(value: string | number | boolean | AnyValue): AnyValue {
  switch (typeof value) {
    case 'string':
      return { string_value: value };
    case 'boolean':
      return { bool_value: value };
    case 'number':
      return Number.isInteger(value) ? { int_value: value } : { double_value: value };
    default:
      return value;
  }
}

export interface SpanInit {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name?: string;
  /** OTLP number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind?: number;
  startMs?: number;
  durationMs?: number;
  /** 0 unset, 1 ok, 2 error. */
  status?: number;
  attributes?: ReturnType<typeof kv>[];
  links?: { traceId: string; spanId: string; attributes?: ReturnType<typeof kv>[] }[];
  events?: { atMs: number; name: string; attributes?: ReturnType<typeof kv>[] }[];
}

const nanos = (ms: number) => String(BigInt(Math.round(ms * 1000)) * 1000n);

function span(init: SpanInit) {
  const start = init.startMs ?? Date.now();
  return {
    trace_id: Buffer.from(init.traceId, 'hex'),
    span_id: Buffer.from(init.spanId, 'hex'),
    parent_span_id: Buffer.from(init.parentSpanId ?? '', 'hex'),
    name: init.name ?? 'work',
    kind: init.kind ?? 2,
    start_time_unix_nano: nanos(start),
    end_time_unix_nano: nanos(start + (init.durationMs ?? 12.5)),
    status: { code: init.status ?? 0 },
    attributes: init.attributes ?? [],
    links: (init.links ?? []).map((l) => ({
      trace_id: Buffer.from(l.traceId, 'hex'),
      span_id: Buffer.from(l.spanId, 'hex'),
      attributes: l.attributes ?? [],
    })),
    events: (init.events ?? []).map((e) => ({
      time_unix_nano: nanos(e.atMs),
      name: e.name,
      attributes: e.attributes ?? [],
    })),
  };
}

const resource = (service: string) => ({
  attributes: [
    kv('service.name', service),
    kv('service.instance.id', `${service}-1`),
    kv('service.version', '1.2.3'),
    kv('process.command_args', {
      array_value: { values: [{ string_value: 'node' }, { string_value: 'main.ts' }] },
    }),
  ],
});

/** `more`: attributes of the resource besides those that every service has. */
export function traceRequest(
  service: string,
  spans: SpanInit[],
  more: ReturnType<typeof kv>[] = [],
): Uint8Array {
  return otlp.encodeRequest('traces', {
    resource_spans: [
      {
        resource: { attributes: [...resource(service).attributes, ...more] },
        scope_spans: [{ scope: { name: 'test' }, spans: spans.map(span) }],
      },
    ],
  });
}

export interface LogInit {
  atMs: number;
  eventName?: string;
  body?: string;
  traceId?: string;
  attributes?: ReturnType<typeof kv>[];
}

export function logRequest(service: string, records: LogInit[]): Uint8Array {
  return otlp.encodeRequest('logs', {
    resource_logs: [
      {
        resource: resource(service),
        scope_logs: [
          {
            scope: { name: 'test' },
            log_records: records.map((r) => ({
              time_unix_nano: nanos(r.atMs),
              severity_number: 9,
              severity_text: 'INFO',
              event_name: r.eventName ?? '',
              body: { string_value: r.body ?? '' },
              trace_id: Buffer.from(r.traceId ?? '', 'hex'),
              attributes: r.attributes ?? [],
            })),
          },
        ],
      },
    ],
  });
}

export interface PointInit {
  name: string;
  kind: 'gauge' | 'sum';
  atMs: number;
  value: number;
  attributes?: ReturnType<typeof kv>[];
}

export function metricRequest(service: string, points: PointInit[]): Uint8Array {
  return otlp.encodeRequest('metrics', {
    resource_metrics: [
      {
        resource: resource(service),
        scope_metrics: [
          {
            scope: { name: 'test' },
            metrics: points.map((p) => ({
              name: p.name,
              [p.kind]: {
                data_points: [
                  { time_unix_nano: nanos(p.atMs), as_double: p.value, attributes: p.attributes ?? [] },
                ],
              },
            })),
          },
        ],
      },
    ],
  });
}

/** `n` as hex of the given number of bytes, never zero for n > 0. */
export const hexId = (n: number, bytes: number) => n.toString(16).padStart(bytes * 2, '0');

export function post(url: string, signal: string, body: Uint8Array, headers: Record<string, string> = {}) {
  return fetch(`${url}/v1/${signal}`, {
    method: 'POST',
    body: Buffer.from(body),
    headers: { 'content-type': 'application/x-protobuf', ...headers },
  });
}
