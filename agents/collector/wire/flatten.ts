/**
 * The one pass over a request before it is spooled. It proves that the bytes are protobuf (else 400), drops spans
 * without valid ids (partial success), and turns the values the engine cannot read as columns (lists, maps, bytes)
 * into text: AnyValue field 100 is their JSON, field 101 base64. Bytes that need no change are not copied.
 */

import { lengthDelimited, WIRE, WireError, WireReader } from './reader.ts';
import type { Mark, Signal } from './signals.ts';
import { valueToJson } from './value.ts';

const JSON_FIELD = 100;
const BASE64_FIELD = 101;

/** Which fields of a message are messages, so where AnyValues can be. */
interface Shape {
  /** Counted as an item of the request: a span, log record or data point. */
  item?: boolean;
  /** Spans must have ids. */
  span?: boolean;
  value?: boolean;
  mark?: Mark;
  /** Bytes and text fields, which must be length-delimited. */
  fields: Readonly<Record<number, Shape>>;
}

const ANY: Shape = { value: true, fields: {} };
const LEAF: Shape = { fields: {} };
const KEY_VALUE: Shape = { fields: { 2: ANY } };
const SCOPE: Shape = { fields: { 3: { ...KEY_VALUE, mark: 'scope_attributes' } } };
const RESOURCE: Shape = { fields: { 1: KEY_VALUE } };
const EVENT: Shape = { mark: 'events', fields: { 3: KEY_VALUE } };
const LINK: Shape = { mark: 'links', fields: { 4: KEY_VALUE } };
const SPAN: Shape = { item: true, span: true, fields: { 9: KEY_VALUE, 11: EVENT, 13: LINK, 15: LEAF } };
const LOG: Shape = { item: true, fields: { 5: ANY, 6: KEY_VALUE } };
const EXEMPLAR: Shape = { mark: 'exemplars', fields: { 7: KEY_VALUE } };
const NUMBER: Shape = { item: true, fields: { 5: EXEMPLAR, 7: KEY_VALUE } };
const HISTOGRAM: Shape = { item: true, fields: { 8: EXEMPLAR, 9: KEY_VALUE } };
const EXPONENTIAL: Shape = { item: true, fields: { 1: KEY_VALUE, 8: LEAF, 9: LEAF, 11: EXEMPLAR } };
const SUMMARY: Shape = { item: true, fields: { 6: LEAF, 7: KEY_VALUE } };
const METRIC: Shape = {
  fields: {
    5: { mark: 'gauge', fields: { 1: NUMBER } },
    7: { mark: 'sum', fields: { 1: NUMBER } },
    9: { mark: 'histogram', fields: { 1: HISTOGRAM } },
    10: { mark: 'exponential_histogram', fields: { 1: EXPONENTIAL } },
    11: { mark: 'summary', fields: { 1: SUMMARY } },
    12: KEY_VALUE,
  },
};

const request = (item: Shape): Shape => ({
  fields: { 1: { fields: { 1: RESOURCE, 2: { fields: { 1: SCOPE, 2: item } } } } },
});
const REQUESTS: Record<Signal, Shape> = {
  traces: request(SPAN),
  logs: request(LOG),
  metrics: request(METRIC),
};

export interface Flattened {
  /** The request to spool, in pieces. */
  parts: Uint8Array[];
  /** Spans, log records or data points kept. */
  items: number;
  /** Spans dropped because their ids are empty, zero or of the wrong length. */
  rejected: number;
  marks: ReadonlySet<Mark>;
}

/** `undefined`: unchanged. `null`: drop the message. Else its new content. */
type Rewrite = Uint8Array[] | null | undefined;

class Flattener {
  items = 0;
  rejected = 0;
  readonly marks = new Set<Mark>();

  message(reader: WireReader, shape: Shape): Rewrite {
    if (shape.mark !== undefined) this.marks.add(shape.mark);
    if (shape.value) return flattenValue(reader);
    const { bytes } = reader;
    let out: Uint8Array[] | undefined;
    let copied = reader.pos;
    const ids = { trace: 0, span: 0 };
    for (let start = reader.pos; reader.next(); start = reader.pos) {
      const child = shape.fields[reader.field];
      if (child === undefined || reader.wire !== WIRE.bytes) {
        if (child !== undefined) throw new WireError(`field ${reader.field} must be a message`);
        if (shape.span) noteId(reader, ids);
        reader.skip();
        continue;
      }
      const field = reader.field;
      const rewrite = this.message(reader.message(), child);
      if (rewrite === undefined) continue;
      out ??= [];
      out.push(bytes.subarray(copied, start));
      if (rewrite !== null) out.push(...lengthDelimited(field, rewrite));
      copied = reader.pos;
    }
    if (shape.span && (ids.trace === 0 || ids.span === 0)) {
      this.rejected += 1;
      return null;
    }
    if (shape.item) this.items += 1;
    out?.push(bytes.subarray(copied, reader.end));
    return out;
  }
}

/** Remembers whether the id fields of a span hold valid ids, without moving the cursor. */
function noteId(reader: WireReader, ids: { trace: number; span: number }): void {
  if (reader.field !== 1 && reader.field !== 2) return;
  const peek = new WireReader(reader.bytes, reader.pos, reader.end);
  peek.wire = reader.wire;
  peek.field = reader.field;
  const raw = peek.raw();
  const size = reader.field === 1 ? 16 : 8;
  const valid = raw.length === size && raw.some((b) => b !== 0) ? 1 : 0;
  if (reader.field === 1) ids.trace = valid;
  else ids.span = valid;
}

function flattenValue(reader: WireReader): Rewrite {
  const { pos, bytes, end } = reader;
  let member = 0;
  let count = 0;
  while (reader.next()) {
    if (reader.field === JSON_FIELD || reader.field === BASE64_FIELD)
      throw new WireError('unknown value kind');
    if (reader.field <= 7) {
      member = reader.field;
      count += 1;
    }
    reader.skip();
  }
  if (member < 5 && count < 2) return undefined;
  const again = new WireReader(bytes, pos, end);
  if (member === 7 && count === 1) {
    again.next();
    return lengthDelimited(BASE64_FIELD, [Buffer.from(Buffer.from(again.raw()).toString('base64'))]);
  }
  return lengthDelimited(JSON_FIELD, [Buffer.from(valueToJson(again))]);
}

/** Throws WireError when the bytes are no such request. */
export function flatten(signal: Signal, bytes: Uint8Array): Flattened {
  const flattener = new Flattener();
  const rewrite = flattener.message(new WireReader(bytes), REQUESTS[signal]);
  return {
    parts: rewrite ?? [bytes],
    items: flattener.items,
    rejected: flattener.rejected,
    marks: flattener.marks,
  };
}
