import protobuf from 'protobufjs';
import { otlp } from './codec.ts';
import type { Mark, Signal } from './signals.ts';

/** Numbers from here on are ours. */
const OWN_FIELDS = 100;

/** How a field's value lies on the wire. The packed ones may come one by one as well. */
export const KIND = {
  unknown: 0,
  varint: 1,
  fixed64: 2,
  fixed32: 3,
  bytes: 4,
  message: 5,
  packedVarint: 6,
  packedFixed64: 7,
  bool: 8,
  int32: 9,
  uint32: 10,
  time: 11,
  /** Of ours, above all that OTLP has: no sender may say it. */
  own: 12,
} as const;

/** What the walk over a request must know of one message type, from the .proto. Indexed by field number. */
export interface Shape {
  readonly kinds: Uint8Array;
  readonly messages: (Shape | undefined)[];
  /** Bits of the fields which can be there only once. */
  readonly once: number;
  /** A span, log record or metric: what is never divided. */
  readonly unit: boolean;
  /** Counted as an item of the request: a span, log record or data point. */
  readonly item: boolean;
  /** Spans must have ids. */
  readonly span: boolean;
  /** Of an item the fields which say when it was, the first that is not 0 counts, and when it was over. 0: no such field. */
  readonly at: number;
  readonly elseAt: number;
  readonly until: number;
  readonly value: boolean;
  readonly mark: Mark | undefined;
}

const UNITS = new Set(['Span', 'LogRecord', 'Metric']);
const ITEMS = new Set([
  'Span',
  'LogRecord',
  'NumberDataPoint',
  'HistogramDataPoint',
  'ExponentialHistogramDataPoint',
  'SummaryDataPoint',
]);
const MARKS: Record<string, Mark> = {
  ScopeAttributes: 'scope_attributes',
  Metadata: 'metadata',
  Event: 'events',
  Link: 'links',
  Exemplar: 'exemplars',
  Gauge: 'gauge',
  Sum: 'sum',
  Histogram: 'histogram',
  ExponentialHistogram: 'exponential_histogram',
  Summary: 'summary',
};
const SCALARS: Record<string, [single: number, packed: number]> = {
  fixed64: [KIND.fixed64, KIND.packedFixed64],
  sfixed64: [KIND.fixed64, KIND.packedFixed64],
  double: [KIND.fixed64, KIND.packedFixed64],
  fixed32: [KIND.fixed32, KIND.fixed32],
  string: [KIND.bytes, KIND.bytes],
  bytes: [KIND.bytes, KIND.bytes],
  // None of these is repeated in OTLP.
  bool: [KIND.bool, KIND.bool],
  int32: [KIND.int32, KIND.int32],
  uint32: [KIND.uint32, KIND.uint32],
  sint32: [KIND.uint32, KIND.uint32],
};
const VARINT = [KIND.varint, KIND.packedVarint] as const;
/** The request's own name of a message type which has a meaning of its own in one place. */
const ROLES: Record<string, string> = {
  'InstrumentationScope.attributes': 'ScopeAttributes',
  'Metric.metadata': 'Metadata',
};

/** Of OTLP's own fields, all below 32. */
export const bitOf = (field: number) => (field < 32 ? 1 << field : 0);

const made = new Map<string, Shape>();

function shapeOf(type: protobuf.Type, role: string): Shape {
  const known = made.get(role);
  if (known !== undefined) return known;
  const highest = Math.max(...type.fieldsArray.map((f) => f.id));
  const shape: Shape = {
    kinds: new Uint8Array(highest + 1),
    messages: Array.from({ length: highest + 1 }, () => undefined),
    once: type.fieldsArray.reduce((bits, f) => bits | (f.repeated ? 0 : bitOf(f.id)), 0),
    unit: UNITS.has(role),
    item: ITEMS.has(role),
    span: role === 'Span',
    at: type.fields[role === 'Span' ? 'start_time_unix_nano' : 'time_unix_nano']?.id ?? 0,
    elseAt: type.fields.observed_time_unix_nano?.id ?? 0,
    until: type.fields.end_time_unix_nano?.id ?? 0,
    value: role === 'AnyValue',
    mark: MARKS[role],
  };
  // Before its fields: a list holds values.
  made.set(role, shape);
  for (const field of type.fieldsArray) {
    const inner = field.resolve().resolvedType;
    if (inner instanceof protobuf.Type) {
      shape.kinds[field.id] = KIND.message;
      shape.messages[field.id] = shapeOf(inner, ROLES[`${type.name}.${field.name}`] ?? inner.name);
    } else {
      const [single, packed] = SCALARS[field.type] ?? VARINT;
      if (field.id >= OWN_FIELDS) shape.kinds[field.id] = KIND.own;
      else if (field.name.endsWith('time_unix_nano')) shape.kinds[field.id] = KIND.time;
      else shape.kinds[field.id] = field.repeated ? packed : single;
    }
  }
  return shape;
}

const request = (signal: Signal) => {
  const type = otlp.type(signal);
  return shapeOf(type, type.name);
};

export const REQUEST_SHAPES: Readonly<Record<Signal, Shape>> = {
  traces: request('traces'),
  logs: request('logs'),
  metrics: request('metrics'),
};
