/**
 * The one pass over a request before it is spooled. It proves that the bytes are protobuf (else 400), drops spans
 * without valid ids and items whose times cannot be stored or are not kept (partial success), and turns the values the engine cannot
 * read as columns (lists, maps, bytes) into text: AnyValue field 100 is their JSON, field 101 base64. Bytes that need no
 * change are not copied.
 */

import { lengthDelimited, WireError, WireReader } from './reader.ts';
import { passScalar } from './scalar.ts';
import { bitOf, REQUEST_SHAPES, type Shape } from './shape.ts';
import type { Mark, Signal } from './signals.ts';
import { BASE64_FIELD, JSON_FIELD, valueToJson } from './value.ts';
import type { TimeWindow } from './window.ts';

export interface Flattened {
  /** The request to spool, in pieces. */
  parts: Uint8Array[];
  /** Spans, log records or data points kept. */
  items: number;
  /** Items dropped: a span's ids are empty, zero or of the wrong length, or a time is beyond what 63 bits can say. */
  rejected: number;
  /** Items dropped because they are of a time which is not kept. */
  outside: number;
  marks: ReadonlySet<Mark>;
  /** How many messages are in each span, log record or metric kept, itself included, in the order of the wire. */
  entries: readonly number[];
}

/** Is told what the walk passes of each span, so that nobody walks over them once more. Ranges are of `bytes`. */
export interface SpanWatch {
  name(bytes: Uint8Array, from: number, to: number): void;
  kind(kind: number): void;
  attribute(bytes: Uint8Array, from: number, to: number): void;
  /** No more of this one; whether it stays in the request. */
  end(isKept: boolean): void;
}

const NAME_FIELD = 5;
const KIND_FIELD = 6;
const ATTRIBUTES_FIELD = 9;

/** `undefined`: unchanged. `null`: drop the message. Else its new content. */
type Rewrite = Uint8Array[] | null | undefined;

/** What the walk has seen of one item: whether its ids are valid, and its times in the units of a TimeWindow. */
interface Seen {
  trace: boolean;
  span: boolean;
  at: number;
  elseAt: number;
  until: number;
}

class Flattener {
  items = 0;
  rejected = 0;
  outside = 0;
  readonly marks = new Set<Mark>();
  readonly entries: number[] = [];
  /** Messages seen so far, without what is in values. */
  #messages = 0;
  /** The item being read has a time that no table can hold. */
  #beyondTime = false;
  readonly #window: TimeWindow;
  readonly #watch: SpanWatch | undefined;

  constructor(window: TimeWindow, watch: SpanWatch | undefined) {
    this.#window = window;
    this.#watch = watch;
  }

  message(reader: WireReader, shape: Shape): Rewrite {
    if (shape.mark !== undefined) this.marks.add(shape.mark);
    if (shape.value) return flattenValue(reader, shape);
    const before = this.#messages;
    this.#messages += 1;
    const { bytes } = reader;
    let out: Uint8Array[] | undefined;
    let copied = reader.pos;
    const watch = shape.span ? this.#watch : undefined;
    const seen = shape.item ? { trace: false, span: false, at: 0, elseAt: 0, until: 0 } : null;
    let said = 0;
    for (let start = reader.pos; reader.next(); start = reader.pos) {
      const field = reader.field;
      const bit = bitOf(field) & shape.once;
      // Of what is there twice protobuf takes the last; the engine stores neither.
      if ((said & bit) !== 0) throw new WireError(`field ${field} is there twice`);
      said |= bit;
      const child = shape.messages[field];
      if (child === undefined) {
        if (seen !== null && shape.span && field <= 2) {
          noteId(reader, seen);
          continue;
        }
        const passed = passScalar(reader, shape.kinds[field]);
        if (passed === 'beyond time') this.#beyondTime = true;
        if (watch !== undefined) tell(watch, reader, start);
        if (seen !== null) noteTime(reader, shape, seen);
        if (passed !== 'nothing') continue;
        out ??= [];
        out.push(bytes.subarray(copied, start));
        copied = reader.pos;
        continue;
      }
      const message = reader.message();
      if (watch !== undefined && field === ATTRIBUTES_FIELD) watch.attribute(bytes, message.pos, message.end);
      const rewrite = this.message(message, child);
      if (rewrite === undefined) continue;
      out ??= [];
      out.push(bytes.subarray(copied, start));
      if (rewrite !== null) for (const part of lengthDelimited(field, rewrite)) out.push(part);
      copied = reader.pos;
    }
    const isKept = seen === null || this.#keeps(shape, seen);
    watch?.end(isKept);
    if (!isKept) return null;
    if (shape.unit) this.entries.push(this.#messages - before);
    out?.push(bytes.subarray(copied, reader.end));
    return out;
  }

  #keeps(shape: Shape, seen: Seen): boolean {
    const good = !this.#beyondTime && !(shape.span && !(seen.trace && seen.span));
    this.#beyondTime = false;
    if (!good) {
      this.rejected += 1;
      return false;
    }
    const { from, to } = this.#window;
    const at = seen.at === 0 ? seen.elseAt : seen.at;
    // An end before the start is kept and counts as the start.
    if (at < from || at > to || seen.until > to) {
      this.outside += 1;
      return false;
    }
    this.items += 1;
    return true;
  }
}

/** The scalar field just passed, from its tag on. */
function tell(watch: SpanWatch, { field, bytes, pos }: WireReader, start: number): void {
  if (field === NAME_FIELD) watch.name(bytes, start, pos);
  else if (field === KIND_FIELD) {
    let kind = 0;
    // Backwards, since a tag as well may be longer than it need be.
    for (let at = pos - 1; at === pos - 1 || (bytes[at] ?? 0) >= 0x80; at--)
      kind = (kind << 7) | ((bytes[at] ?? 0) & 0x7f);
    watch.kind(kind);
  }
}

/** Remembers whether the id field of a span just entered holds a valid id. */
function noteId(reader: WireReader, seen: Seen): void {
  const raw = reader.raw();
  const size = reader.field === 1 ? 16 : 8;
  const valid = raw.length === size && raw.some((b) => b !== 0);
  if (reader.field === 1) seen.trace = valid;
  else seen.span = valid;
}

/** Remembers the time in the field just passed: of a fixed64 the last four bytes are the upper half. */
function noteTime({ field, bytes, pos }: WireReader, shape: Shape, seen: Seen): void {
  if (field === shape.at) seen.at = bytes.readUInt32LE(pos - 4);
  else if (field === shape.until) seen.until = bytes.readUInt32LE(pos - 4);
  else if (field === shape.elseAt) seen.elseAt = bytes.readUInt32LE(pos - 4);
}

function flattenValue(reader: WireReader, shape: Shape): Rewrite {
  const { pos, bytes, end } = reader;
  let member = 0;
  let count = 0;
  while (reader.next()) {
    if (reader.field === JSON_FIELD || reader.field === BASE64_FIELD)
      throw new WireError('unknown value kind');
    if (reader.field <= 7) {
      member = reader.field;
      count += 1;
      passScalar(reader, shape.kinds[reader.field]);
    } else reader.skip();
  }
  if (member < 5 && count < 2) return undefined;
  const again = new WireReader(bytes, pos, end);
  if (member === 7 && count === 1) {
    again.next();
    return lengthDelimited(BASE64_FIELD, [Buffer.from(Buffer.from(again.raw()).toString('base64'))]);
  }
  return lengthDelimited(JSON_FIELD, [Buffer.from(valueToJson(again))]);
}

const ALWAYS: TimeWindow = { from: 0, to: 2 ** 32 };

/** Throws WireError when the bytes are no such request. */
export function flatten(
  signal: Signal,
  bytes: Uint8Array,
  window: TimeWindow = ALWAYS,
  watch?: SpanWatch,
): Flattened {
  const flattener = new Flattener(window, watch);
  const rewrite = flattener.message(new WireReader(bytes), REQUEST_SHAPES[signal]);
  return {
    parts: rewrite ?? [bytes],
    items: flattener.items,
    rejected: flattener.rejected,
    outside: flattener.outside,
    marks: flattener.marks,
    entries: flattener.entries,
  };
}
