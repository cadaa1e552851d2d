import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** The parts of OTLP that the tests look at, as protobuf itself numbers them. */
const PROTO = `
syntax = "proto3";
message Any { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
  ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
message ArrayValue { repeated Any values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; Any value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; }
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  repeated Event events = 11; repeated Link links = 13; Status status = 15; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message TracesRequest { repeated ResourceSpans resource_spans = 1; }
message LogRecord { fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; Any body = 5;
  repeated KeyValue attributes = 6; bytes trace_id = 9; bytes span_id = 10; string event_name = 12; }
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message LogsRequest { repeated ResourceLogs resource_logs = 1; }
message Point { fixed64 time_unix_nano = 3; double as_double = 4; sfixed64 as_int = 6; repeated KeyValue attributes = 7; }
message Gauge { repeated Point data_points = 1; }
message Sum { repeated Point data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message HPoint { repeated KeyValue attributes = 9; fixed64 count = 4; }
message Histogram { repeated HPoint data_points = 1; int32 aggregation_temporality = 2; }
message Metric { string name = 1; string unit = 3; Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message MetricsRequest { repeated ResourceMetrics resource_metrics = 1; }
`;

export type Attributes = Record<string, string | number | boolean>;

export interface SeenSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  durationMs: number;
  error: boolean;
  attributes: Attributes;
  events: { name: string; attributes: Attributes }[];
  links: { traceId: string; spanId: string }[];
}
export interface SeenLog {
  service: string;
  eventName: string;
  body: string;
  traceId: string;
  attributes: Attributes;
}
export interface SeenPoint {
  service: string;
  name: string;
  value: number;
  delta: boolean;
  attributes: Attributes;
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const root = protobuf.parse(PROTO).root;

/** An OTLP/HTTP receiver that keeps everything, decoded. */
export class OtlpSink {
  readonly spans: SeenSpan[] = [];
  readonly logs: SeenLog[] = [];
  readonly points: SeenPoint[] = [];
  readonly headers: Record<string, unknown>[] = [];
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      this.headers.push(request.headers);
      this.#take(request.url ?? '', request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw);
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });

  static async start(): Promise<OtlpSink> {
    const sink = new OtlpSink();
    await new Promise<void>((ready) => sink.#server.listen(0, '127.0.0.1', ready));
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  events(name: string): SeenLog[] {
    return this.logs.filter((log) => log.eventName === name);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #take(path: string, body: Buffer): void {
    if (path === '/v1/traces') this.#takeSpans(decode('TracesRequest', body));
    if (path === '/v1/logs') this.#takeLogs(decode('LogsRequest', body));
    if (path === '/v1/metrics') this.#takeMetrics(decode('MetricsRequest', body));
  }

  #takeSpans(request: Tree): void {
    for (const [service, span] of items(request, 'resourceSpans', 'scopeSpans', 'spans')) {
      this.spans.push({
        service,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        name: String(span.name),
        kind: KINDS[Number(span.kind)] ?? 'internal',
        durationMs:
          Number(BigInt(String(span.endTimeUnixNano)) - BigInt(String(span.startTimeUnixNano))) / 1e6,
        error: (span.status as Tree | undefined)?.code === 2,
        attributes: plain(span.attributes),
        events: trees(span.events).map((e) => ({ name: String(e.name), attributes: plain(e.attributes) })),
        links: trees(span.links).map((l) => ({ traceId: hex(l.traceId), spanId: hex(l.spanId) })),
      });
    }
  }

  #takeLogs(request: Tree): void {
    for (const [service, log] of items(request, 'resourceLogs', 'scopeLogs', 'logRecords')) {
      this.logs.push({
        service,
        eventName: String(log.eventName ?? ''),
        body: String(value(log.body)),
        traceId: hex(log.traceId),
        attributes: plain(log.attributes),
      });
    }
  }

  #takeMetrics(request: Tree): void {
    for (const [service, metric] of items(request, 'resourceMetrics', 'scopeMetrics', 'metrics')) {
      const data = (metric.gauge ?? metric.sum ?? metric.histogram ?? {}) as Tree;
      for (const point of trees(data.dataPoints)) {
        this.points.push({
          service,
          name: String(metric.name),
          // Zero is not written.
          value: Number(point.asDouble ?? point.asInt ?? point.count ?? 0),
          delta: data.aggregationTemporality === 1,
          attributes: plain(point.attributes),
        });
      }
    }
  }
}

type Tree = Record<string, unknown>;

function decode(type: string, body: Buffer): Tree {
  const message = root.lookupType(type);
  return message.toObject(message.decode(body), { longs: String, defaults: false });
}

function* items(request: Tree, resources: string, scopes: string, leaves: string): Generator<[string, Tree]> {
  for (const resource of trees(request[resources])) {
    const service = String(plain((resource.resource as Tree).attributes)['service.name']);
    for (const scope of trees(resource[scopes]))
      for (const leaf of trees(scope[leaves])) yield [service, leaf];
  }
}

function trees(list: unknown): Tree[] {
  return Array.isArray(list) ? list : [];
}

function plain(list: unknown): Attributes {
  return Object.fromEntries(trees(list).map((entry) => [String(entry.key), value(entry.value)]));
}

function value(any: unknown): string | number | boolean {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = (any ?? {}) as Tree;
  if (intValue !== undefined) return Number(intValue);
  if (arrayValue !== undefined) return JSON.stringify(trees((arrayValue as Tree).values).map(value));
  return (stringValue ?? boolValue ?? doubleValue ?? '') as string | number | boolean;
}

function hex(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex') : '';
}
