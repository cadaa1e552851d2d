import { lengthDelimited, WIRE, WireError, WireReader } from './reader.ts';
import { REQUEST_SHAPES, type Shape } from './shape.ts';
import type { Signal } from './signals.ts';

/** Smaller requests are one record, whatever is in them. */
const SMALL_BYTES = 256 * 1024;
/**
 * What is in one record: attributes, events, links, points and the like, and bytes. The engine reads a record as one
 * row before it unfolds it, and has memory for about ten times as much.
 */
const MAX_ENTRIES = 100_000;
const MAX_BYTES = 4 * 1024 * 1024;
/** What is in one span, log record or metric at most: it cannot be divided, and the engine could not read it. */
const MAX_ITEM_ENTRIES = 400_000;

/** Fields of a request, a ResourceX and a ScopeX: what there is many of has the same number in all signals. */
const RESOURCES = 1;
const SCOPES = 2;
const ITEMS = 2;

/** A request which the engine could not load. */
export class TooManyEntries extends Error {
  override readonly name = 'TooManyEntries';
}

/** The fields of one message: those with the number `many` one by one with where their content begins, the rest as is. */
function divide(reader: WireReader, many: number): { rest: Uint8Array[]; each: WireReader[] } {
  const rest: Uint8Array[] = [];
  const each: WireReader[] = [];
  for (let start = reader.pos; reader.next(); start = reader.pos) {
    if (reader.field === many && reader.wire === WIRE.bytes) each.push(reader.message());
    else {
      reader.skip();
      rest.push(reader.bytes.subarray(start, reader.pos));
    }
  }
  return { rest, each };
}

/** How many messages are in this one, at any depth, without what is in a value. */
function entries(reader: WireReader, shape: Shape): number {
  let count = 0;
  while (reader.next()) {
    const child = shape.messages[reader.field];
    if (child === undefined || child.value) reader.skip();
    else count += 1 + entries(reader.message(), child);
  }
  return count;
}

const contentOf = ({ bytes, pos, end }: WireReader) => bytes.subarray(pos, end);

class Records {
  readonly done: Uint8Array[][] = [];
  #open: Uint8Array[] = [];
  #entries = 0;
  #bytes = 0;

  /** Whether the record has room for no more. */
  get isFull(): boolean {
    return this.#entries >= MAX_ENTRIES || this.#bytes >= MAX_BYTES;
  }

  note(entryCount: number, bytes: number): void {
    this.#entries += entryCount;
    this.#bytes += bytes;
  }

  add(parts: Uint8Array[]): void {
    for (const part of parts) this.#open.push(part);
  }

  end(): void {
    if (this.#open.length > 0) this.done.push(this.#open);
    this.#open = [];
    this.#entries = 0;
    this.#bytes = 0;
  }
}

/**
 * One request, already flattened, as records which the engine can load one by one: each has whole items, under their own
 * resource and scope. Throws TooManyEntries for an item too large for that.
 */
export function split(signal: Signal, parts: Uint8Array[]): Uint8Array[][] {
  if (parts.reduce((sum, p) => sum + p.length, 0) <= SMALL_BYTES) return [parts];
  const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  const records = new Records();
  const itemShape = shapeOfItems(signal);
  for (const resource of divide(new WireReader(bytes), RESOURCES).each) {
    const { rest, each: scopes } = divide(resource, SCOPES);
    for (const scope of scopes) splitScope(scope, itemShape, rest, records);
  }
  records.end();
  return records.done;
}

function splitScope(scope: WireReader, shape: Shape, resource: Uint8Array[], records: Records): void {
  const { rest, each: items } = divide(scope, ITEMS);
  let held: Uint8Array[] = [];
  const flush = () => {
    if (held.length === 0) return;
    records.add(lengthDelimited(RESOURCES, resource.concat(lengthDelimited(SCOPES, rest.concat(held)))));
    held = [];
  };
  for (const item of items) {
    const content = contentOf(item);
    const count = 1 + entries(item, shape);
    if (count > MAX_ITEM_ENTRIES) {
      throw new TooManyEntries(
        `one of its items has more than ${MAX_ITEM_ENTRIES} attributes, events or points`,
      );
    }
    for (const part of lengthDelimited(ITEMS, [content])) held.push(part);
    records.note(count, content.length);
    if (!records.isFull) continue;
    flush();
    records.end();
  }
  flush();
}

function shapeOfItems(signal: Signal): Shape {
  const shape = REQUEST_SHAPES[signal].messages[RESOURCES]?.messages[SCOPES]?.messages[ITEMS];
  if (shape === undefined) throw new WireError(`no items in ${signal}`);
  return shape;
}
