import { sketchIndex } from '../../contract/sketch.ts';
import { OVERFLOW_NAME, RECEIPT_ATTR, SEMCONV } from '../../contract/telemetry.ts';
import type { Receipt, TrafficCell } from '../../contract/timeline.ts';
import type { WireReader } from '../wire/reader.ts';
import { readAttribute, type Scalar, WantedKeys } from '../wire/value.ts';
import { eachItem, number, type Origin, pick, text } from './resource.ts';

/** The rules here are those of store/views.ts (stormglass_traffic_mv), so that live and stored figures agree. */
const WANTED = new WantedKeys([
  ...SEMCONV.route,
  ...SEMCONV.method,
  ...SEMCONV.status,
  ...SEMCONV.peerService,
  ...SEMCONV.serverAddress,
  ...SEMCONV.serverPort,
  ...SEMCONV.dbSystem,
  ...SEMCONV.dbNamespace,
  ...SEMCONV.messagingSystem,
  ...SEMCONV.destination,
  ...Object.values(RECEIPT_ATTR),
]);

export const KIND = { server: 2, client: 3, producer: 4, consumer: 5 } as const;
const STATUS_ERROR = 2;
/** What the receiver says in a span's field `overflow`: its name, or its service too, is one too many (bounds/spans.ts). */
export const OVERFLOW = { name: 1, service: 2 } as const;
const OVERFLOW_FIELD = 100;

interface Span {
  traceId: string;
  spanId: string;
  name: string;
  kind: number;
  status: number;
  overflow: number;
  startMs: number;
  endMs: number;
  durationMs: number;
  attributes: Map<string, Scalar>;
}

/** What the span of a call says about traffic and faults. */
export interface SpanSink {
  call(cell: Omit<TrafficCell, 'calls' | 'errors' | 'receipts' | 'durations'>, call: Call): void;
  receipt(receipt: Receipt): void;
}

export interface Call {
  error: boolean;
  receipt: boolean;
  sketchIndex: number;
  endMs: number;
}

export function mapSpans(request: WireReader, sink: SpanSink): void {
  eachItem(request, (item, origin) => {
    const span = readSpan(item);
    if (span.traceId !== '') emit(span, origin, sink);
  });
}

/** What the span is counted under: an operation of its service, or a peer of it. Null: it is counted nowhere. */
export function nameOf(item: WireReader): { what: 'operation' | 'peer'; name: string } | null {
  const span = readSpan(item);
  const place = placeOf(span);
  if (place === null) return null;
  return place.kind === 'server'
    ? { what: 'operation', name: operationOf(span) }
    : { what: 'peer', name: place.peer };
}

function emit(span: Span, { service }: Origin, sink: SpanSink): void {
  const receipt = text(span.attributes, RECEIPT_ATTR.faultId) !== '';
  const operation = operationOf(span);
  const place = placeOf(span);
  if (place !== null) {
    sink.call(
      {
        second: Math.floor(span.endMs / 1000),
        kind: place.kind,
        service: span.overflow >= OVERFLOW.service ? OVERFLOW_NAME : service,
        ...named(place, operation, span.overflow),
      },
      { error: isError(span), receipt, sketchIndex: sketchIndex(span.durationMs), endMs: span.endMs },
    );
  }
  if (receipt) sink.receipt(receiptOf(span, service, operation));
}

function named({ kind, peer }: Place, operation: string, overflow: number) {
  const name = (own: string) => (overflow >= OVERFLOW.name ? OVERFLOW_NAME : own);
  return kind === 'server' ? { peer: '', operation: name(operation) } : { peer: name(peer), operation: '' };
}

function receiptOf(span: Span, service: string, operation: string): Receipt {
  return {
    at: span.endMs,
    faultId: text(span.attributes, RECEIPT_ATTR.faultId),
    runId: text(span.attributes, RECEIPT_ATTR.runId),
    faultType: text(span.attributes, RECEIPT_ATTR.faultType),
    service,
    operation,
    traceId: span.traceId,
    spanId: span.spanId,
    injectedMs: number(span.attributes, RECEIPT_ATTR.duration) * 1000,
  };
}

function operationOf(span: Span): string {
  const route = pick(span.attributes, SEMCONV.route);
  const method = pick(span.attributes, SEMCONV.method);
  return route !== '' && method !== '' ? `${method} ${route}` : span.name;
}

interface Place {
  kind: TrafficCell['kind'];
  peer: string;
}

function placeOf(span: Span): Place | null {
  const { attributes } = span;
  switch (span.kind) {
    case KIND.server:
      return { kind: 'server', peer: '' };
    case KIND.producer:
      return { kind: 'producer', peer: pick(attributes, SEMCONV.destination) || span.name };
    case KIND.consumer:
      return { kind: 'consumer', peer: pick(attributes, SEMCONV.destination) || span.name };
    case KIND.client: {
      const db = pick(attributes, SEMCONV.dbSystem);
      if (db !== '') return { kind: 'db', peer: pick(attributes, SEMCONV.dbNamespace) || db };
      // A client span of a messaging library (settle, poll) is no call to a service.
      if (pick(attributes, SEMCONV.messagingSystem) !== '') return null;
      return { kind: 'client', peer: pick(attributes, SEMCONV.peerService) || addressOf(attributes) };
    }
    default:
      return null;
  }
}

function addressOf(attributes: ReadonlyMap<string, Scalar>): string {
  const address = pick(attributes, SEMCONV.serverAddress);
  const port = pick(attributes, SEMCONV.serverPort);
  return port === '' ? address : `${address}:${port}`;
}

function isError(span: Span): boolean {
  const status = Number(pick(span.attributes, SEMCONV.status)) || 0;
  if (status >= 500) return true;
  if (span.status !== STATUS_ERROR) return false;
  // A 4xx answer is the callee's decision, so it is no failure of the edge; 408 and 429 are.
  return !(span.kind === KIND.client && status >= 400 && status <= 499 && status !== 408 && status !== 429);
}

function readSpan(reader: WireReader): Span {
  const attributes = new Map<string, Scalar>();
  const span: Span = {
    ...{
      traceId: '',
      spanId: '',
      name: '',
      kind: 0,
      status: 0,
      overflow: 0,
      startMs: 0,
      endMs: 0,
      durationMs: 0,
    },
    attributes,
  };
  let start = 0n;
  let end = 0n;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        span.traceId = reader.hex();
        break;
      case 2:
        span.spanId = reader.hex();
        break;
      case 5:
        span.name = reader.shortText();
        break;
      case 6:
        span.kind = reader.varint();
        break;
      case 7:
        start = reader.fixed64();
        break;
      case 8:
        end = reader.fixed64();
        break;
      case 9:
        readAttribute(reader.message(), WANTED, attributes);
        break;
      case 15:
        span.status = statusCode(reader.message());
        break;
      case OVERFLOW_FIELD:
        span.overflow = reader.varint();
        break;
      default:
        reader.skip();
    }
  }
  // As stored: a span that ends before it starts has no duration and ends at its start.
  const duration = end > start ? end - start : 0n;
  span.durationMs = Number(duration) / 1e6;
  span.endMs = Number((start + duration) / 1000n) / 1000;
  return span;
}

function statusCode(reader: WireReader): number {
  let code = 0;
  while (reader.next()) {
    if (reader.field === 3) code = reader.varint();
    else reader.skip();
  }
  return code;
}
