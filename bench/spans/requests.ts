import { otlp } from '../../agents/collector/wire/codec.ts';
import { WireReader } from '../../agents/collector/wire/reader.ts';
import { type ShapedSpan, seeded, TraceShaper } from './shape.ts';

/** Attributes whose values are (nearly) never the same twice: their digits are drawn anew for every sending. */
const VARYING = new Set([
  ...['app.order.id', 'app.user.id', 'url.path', 'client.address', 'messaging.message.id'],
]);

/**
 * Requests for a load that costs its sender nearly nothing: each is encoded once, and every sending gets fresh trace
 * and span ids, fresh digits in what varies, and its own instants by patching those bytes in place. Parents and links
 * stay right, since all ids of a request are changed by the same mask.
 */
export class RequestPool {
  readonly spansPerRequest: number;
  readonly #requests: Template[];
  readonly #random: () => number;
  #next = 0;

  /** `distinct` requests of about `spansPerRequest` spans, whole traces in each. */
  constructor(options: { seed: number; spansPerRequest: number; distinct: number }) {
    const shaper = new TraceShaper(options.seed);
    this.spansPerRequest = options.spansPerRequest;
    this.#random = seeded(options.seed ^ 0x5eed);
    this.#requests = Array.from({ length: options.distinct }, () => {
      const spans: ShapedSpan[] = [];
      while (spans.length < options.spansPerRequest) spans.push(...shaper.trace(0n));
      return template(spans.slice(0, options.spansPerRequest));
    });
  }

  /** Bytes of one request, fresh ids, its traces started around `atMs` (epoch milliseconds). A copy of its own. */
  take(atMs: number): Buffer {
    const { bytes, ids, times, digits } = this.#requests[this.#next++ % this.#requests.length] ?? empty();
    const out = Buffer.from(bytes);
    const mask = Uint32Array.from({ length: 2 }, () => Math.floor(this.#random() * 4_294_967_296));
    for (const at of ids) {
      out.writeUInt32LE((out.readUInt32LE(at) ^ (mask[0] ?? 0)) >>> 0, at);
      out.writeUInt32LE((out.readUInt32LE(at + 4) ^ (mask[1] ?? 0)) >>> 0, at + 4);
    }
    for (const at of digits) out[at] = ZERO + Math.floor(this.#random() * 10);
    const baseNs = BigInt(Math.round(atMs)) * 1_000_000n;
    for (const at of times) out.writeBigUInt64LE(out.readBigUInt64LE(at) + baseNs, at);
    return out;
  }
}

interface Template {
  bytes: Buffer;
  /** Where eight bytes of an id stand: a trace id has two such places. */
  ids: number[];
  /** Where an instant stands, as nanoseconds since the request's own start. */
  times: number[];
  /** Where a decimal digit stands that may be another one. */
  digits: number[];
}

const ZERO = '0'.charCodeAt(0);

function empty(): never {
  throw new Error('a pool needs at least one distinct request');
}

function template(spans: readonly ShapedSpan[]): Template {
  const services = Map.groupBy(spans, (span) => span.service);
  const bytes = Buffer.from(
    otlp.encodeRequest('traces', {
      resource_spans: [...services].map(([service, own]) => ({
        resource: { attributes: resource(service) },
        scope_spans: [
          {
            scope: { name: '@opentelemetry/instrumentation-http', version: '0.204.0' },
            spans: own.map(encodable),
          },
        ],
      })),
    }),
  );
  const found: Template = { bytes, ids: [], times: [], digits: [] };
  locate(new WireReader(bytes), SPOTS, found);
  return found;
}

function resource(service: string) {
  const entries: [string, string | number][] = [
    ['service.name', service],
    ['service.version', '2.14.1'],
    ['service.instance.id', `${service}-7d9f-1`],
    ['deployment.environment.name', 'production'],
    ['telemetry.sdk.language', 'nodejs'],
    ['process.pid', 17],
  ];
  return entries.map(keyValue);
}

function encodable(span: ShapedSpan) {
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId,
    name: span.name,
    kind: span.kind,
    start_time_unix_nano: String(span.startNs),
    end_time_unix_nano: String(span.endNs),
    attributes: span.attributes.map(keyValue),
    events: span.error
      ? [
          {
            time_unix_nano: String(span.endNs),
            name: 'exception',
            attributes: [
              ['exception.type', 'UpstreamError'],
              ['exception.message', 'upstream connect error or disconnect before headers'],
            ].map(([key, value]) => keyValue([key ?? '', value ?? ''])),
          },
        ]
      : [],
    links: span.links.map((link) => ({ trace_id: link.traceId, span_id: link.spanId })),
    status: { code: span.error ? 2 : 0 },
  };
}

function keyValue([key, value]: [string, string | number | boolean]) {
  if (typeof value === 'string') return { key, value: { string_value: value } };
  if (typeof value === 'boolean') return { key, value: { bool_value: value } };
  return { key, value: { int_value: value } };
}

/** By field number: a message to enter, an id, or a fixed64 instant. */
type Spots = { [field: number]: Spots | 'id' | 'time' | 'attribute' };
const EVENT: Spots = { 1: 'time' };
const LINK: Spots = { 1: 'id', 2: 'id' };
const SPAN: Spots = { 1: 'id', 2: 'id', 4: 'id', 7: 'time', 8: 'time', 9: 'attribute', 11: EVENT, 13: LINK };
const SPOTS: Spots = { 1: { 2: { 2: SPAN } } };

function locate(reader: WireReader, spots: Spots, into: Template): void {
  while (reader.next()) {
    const spot = spots[reader.field];
    if (spot === undefined) {
      reader.skip();
    } else if (spot === 'time') {
      into.times.push(reader.pos);
      reader.skip();
    } else if (spot === 'id') {
      const size = reader.length();
      for (let at = 0; at < size; at += 8) into.ids.push(reader.pos + at);
      reader.pos += size;
    } else if (spot === 'attribute') {
      locateDigits(reader.message(), into);
    } else locate(reader.message(), spot, into);
  }
}

/** Of a text value; the reader stands at the start of a KeyValue. */
function locateDigits(entry: WireReader, into: Template): void {
  let key = '';
  while (entry.next()) {
    if (entry.field === 1) key = entry.text();
    else if (entry.field === 2 && VARYING.has(key)) {
      const value = entry.message();
      for (let at = value.pos; at < value.end; at++) {
        const byte = value.bytes[at] ?? 0;
        if (byte >= ZERO && byte < ZERO + 10) into.digits.push(at);
      }
    } else entry.skip();
  }
}
