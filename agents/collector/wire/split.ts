import type { Flattened } from './flatten.ts';
import { lengthDelimited, WIRE, WireReader } from './reader.ts';

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
 * One request as records which the engine can load one by one: each has whole items, under their own resource and scope.
 * Throws TooManyEntries for an item too large for that.
 */
export function split({ parts, entries }: Pick<Flattened, 'parts' | 'entries'>): Uint8Array[][] {
  const size = parts.reduce((sum, p) => sum + p.length, 0);
  const count = entries.reduce((sum, n) => sum + n, 0);
  if (size <= MAX_BYTES && count <= MAX_ENTRIES) return [parts];
  const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  const records = new Records();
  const counts = entries.values();
  for (const resource of divide(new WireReader(bytes), RESOURCES).each) {
    const { rest, each: scopes } = divide(resource, SCOPES);
    for (const scope of scopes) splitScope(scope, counts, rest, records);
  }
  records.end();
  return records.done;
}

function splitScope(
  scope: WireReader,
  counts: Iterator<number>,
  resource: Uint8Array[],
  records: Records,
): void {
  const { rest, each: items } = divide(scope, ITEMS);
  let held: Uint8Array[] = [];
  const flush = () => {
    if (held.length === 0) return;
    records.add(lengthDelimited(RESOURCES, resource.concat(lengthDelimited(SCOPES, rest.concat(held)))));
    held = [];
  };
  for (const item of items) {
    const content = contentOf(item);
    const count = counts.next().value ?? 0;
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
