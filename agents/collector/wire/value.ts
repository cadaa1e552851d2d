import { WIRE, WireError, WireReader } from './reader.ts';

/** Deeper lists and maps are refused: it bounds the stack against a crafted request. */
const MAX_DEPTH = 64;

/** An AnyValue as JSON text. Integers keep all digits; doubles JSON cannot say (NaN) and bytes (base64) are strings. */
export function valueToJson(reader: WireReader, depth = 0): string {
  if (depth > MAX_DEPTH) throw new WireError(`value nested deeper than ${MAX_DEPTH}`);
  let json = 'null';
  // The last member of a oneof wins, as in every protobuf decoder.
  while (reader.next()) json = memberToJson(reader, depth) ?? json;
  return json;
}

function memberToJson(reader: WireReader, depth: number): string | undefined {
  switch (reader.field) {
    case 1:
      return JSON.stringify(reader.text());
    case 2:
      return reader.bool() ? 'true' : 'false';
    case 3:
      return reader.int64().toString();
    case 4: {
      const value = reader.double();
      return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
    }
    case 5:
      return listToJson(reader.message(), depth);
    case 6:
      return mapToJson(reader.message(), depth);
    case 7:
      return JSON.stringify(Buffer.from(reader.raw()).toString('base64'));
    default:
      reader.skip();
      return undefined;
  }
}

function listToJson(reader: WireReader, depth: number): string {
  const items: string[] = [];
  while (reader.next()) {
    if (reader.field === 1) items.push(valueToJson(reader.message(), depth + 1));
    else reader.skip();
  }
  return `[${items.join(',')}]`;
}

function mapToJson(reader: WireReader, depth: number): string {
  const items = new Map<string, string>();
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const entry = reader.message();
    let key = '';
    let value = 'null';
    while (entry.next()) {
      if (entry.field === 1) key = entry.text();
      else if (entry.field === 2) value = valueToJson(entry.message(), depth + 1);
      else entry.skip();
    }
    items.set(key, value);
  }
  return `{${[...items].map(([k, v]) => `${JSON.stringify(k)}:${v}`).join(',')}}`;
}

export type Scalar = string | number | boolean;

/** Of AnyValue: what flatten.ts makes of lists and maps, and of bytes. */
export const JSON_FIELD = 100;
export const BASE64_FIELD = 101;

/**
 * The scalar of an AnyValue after the edge's flattening, as the engine has it: lists, maps, bytes and integers beyond 2^53
 * as text. Long texts are cut.
 */
function scalarOf(reader: WireReader): Scalar {
  let value: Scalar = '';
  while (reader.next()) {
    if (isText(reader)) value = reader.shortText();
    else if (reader.field === 2) value = reader.bool();
    else if (reader.field === 3) value = integerOf(reader.int64());
    else if (reader.field === 4) value = reader.double();
    else reader.skip();
  }
  return value;
}

const isText = ({ field, wire }: WireReader) =>
  wire === WIRE.bytes && (field === 1 || field === JSON_FIELD || field === BASE64_FIELD);

function integerOf(value: bigint): Scalar {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** Names of attributes somebody wants. Nearly all keys on the wire are others, so most are told by two bytes, unread. */
export class WantedKeys {
  readonly #names: ReadonlySet<string>;
  readonly #hints: ReadonlySet<number>;

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
    this.#hints = new Set(
      [...this.#names].map((name) => hint(Buffer.from(name), 0, Buffer.byteLength(name))),
    );
  }

  /** The key in the field just entered, null when nobody wants it. */
  read(entry: WireReader): string | null {
    const size = entry.length();
    const start = entry.pos;
    entry.pos += size;
    if (!this.#hints.has(hint(entry.bytes, start, size))) return null;
    const key = entry.bytes.toString('utf8', start, start + size);
    return this.#names.has(key) ? key : null;
  }
}

function hint(bytes: Uint8Array, start: number, size: number): number {
  return (size << 8) | (size === 0 ? 0 : (bytes[start + size - 1] ?? 0));
}

/** Reads one KeyValue into `into` when its key is wanted. Of a key that is there twice the engine finds the first. */
export function readAttribute(entry: WireReader, wanted: WantedKeys, into: Map<string, Scalar>): void {
  let key: string | null = null;
  let [from, to] = [0, 0];
  while (entry.next()) {
    if (entry.field === 1) key = wanted.read(entry);
    else if (entry.field === 2) {
      to = entry.length() + entry.pos;
      from = entry.pos;
      entry.pos = to;
    } else entry.skip();
  }
  if (key !== null && !into.has(key)) into.set(key, scalarOf(new WireReader(entry.bytes, from, to)));
}
