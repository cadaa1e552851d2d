import { originOf } from '../live/resource.ts';
import { nameOf, OVERFLOW } from '../live/spans.ts';
import { WireReader } from '../wire/reader.ts';
import { rewriteFields } from '../wire/rewrite.ts';
import { Known, Room } from './known.ts';
import { NO_NAME } from './name-hashes.ts';
import type { UsedName } from './names.ts';

/** Before the value of a span's field `overflow`: number 100, a varint. */
const OVERFLOW_KEY = [0xa0, 0x06];

const MAX_SERVICES = 1000;
/** Of one service over a day. */
const MAX_OPERATIONS = 500;
const MAX_PEERS = 200;
/** Over all services: at 200 letters each this is 20 MB. */
const MAX_NAMES = 50_000;
/** What is longer is no name, and it would stand in every cell of every second. */
const MAX_LETTERS = 200;
/** Stands for each byte that is no text: names that differ to the engine would be one here. */
const NO_TEXT = '\ufffd';
const isName = (name: string) => name.length <= MAX_LETTERS && !name.includes(NO_TEXT);
/** Names of a service known by a hash of the bytes they are made of, for so long, so that those in use stay fresh. */
const MAX_HASHES = 5000;
/** Over all services: 10 MB. */
const MAX_ALL_HASHES = 200_000;
const HASHES_MS = 600_000;

class ServiceNames {
  readonly operation: Known<string>;
  readonly peer: Known<string>;
  /** Of names that are known. */
  readonly hashes = new Set<number>();
  readonly #hashRoom: Room;
  #hashedAt = 0;
  isOver = false;

  constructor(room: Room, hashRoom: Room) {
    this.#hashRoom = hashRoom;
    this.operation = new Known(MAX_OPERATIONS, room, () => null);
    this.peer = new Known(MAX_PEERS, room, () => null);
  }

  remember(hash: number): void {
    if (this.hashes.size >= MAX_HASHES || this.#hashRoom.left <= 0) return;
    this.hashes.add(hash);
    this.#hashRoom.left -= 1;
  }

  /** Hashes that are too old. */
  refresh(now: number): void {
    if (now - this.#hashedAt <= HASHES_MS) return;
    this.#hashedAt = now;
    this.#clear();
  }

  #clear(): void {
    this.#hashRoom.left += this.hashes.size;
    this.hashes.clear();
  }

  [Symbol.dispose](): void {
    this.#clear();
    this.operation[Symbol.dispose]();
    this.peer[Symbol.dispose]();
  }
}

/** The service of the spans that are looked at; without names when it is one too many. */
interface Group {
  service: string;
  names: ServiceNames | undefined;
  now: number;
}

/**
 * Bounds how many services there are on the map, in figures and in the live view, and how many operations and peers each
 * has. A span beyond is stored as it came, with a mark by which live view and engine count it under `{overflow}`: so the
 * two agree, and a load that is repeated after a crash says the same.
 */
export class SpanBounds {
  readonly #room = new Room(MAX_NAMES);
  readonly #hashRoom = new Room(MAX_ALL_HASHES);
  readonly #services = new Known(
    MAX_SERVICES,
    new Room(MAX_SERVICES),
    () => new ServiceNames(this.#room, this.#hashRoom),
  );
  readonly #report: (service: string, what: 'operation' | 'peer') => void;
  /** Spans that were marked, by what was too many. */
  readonly marked = { service: 0, operation: 0, peer: 0 };

  /** `report` hears of a service when it has more names than it may for the first time. */
  constructor(report: (service: string, what: 'operation' | 'peer') => void) {
    this.#report = report;
  }

  /** Names which count as themselves from the start. */
  learn(names: readonly UsedName[], now: number): void {
    for (const { service, what, name } of names) this.#services.get(service, now)?.[what].get(name, now);
  }

  /**
   * The request with its marks; undefined when nothing is beyond. `hashes` are those of its spans' names, in the order of
   * the wire (name-hashes.ts): a span whose name is known is passed over.
   */
  mark(request: Uint8Array, hashes: readonly number[], now: number): Uint8Array[] | undefined {
    const next = hashes.values();
    const group = (resource: WireReader) => {
      const { service } = originOf(resource);
      const names = isName(service) ? this.#services.get(service, now) : undefined;
      names?.refresh(now);
      const span = (item: WireReader) =>
        this.#span(item, next.next().value ?? NO_NAME, { service, names, now });
      const scope = (scoped: WireReader) =>
        rewriteFields(scoped, (field) => (field === 2 ? span : undefined));
      return rewriteFields(resource, (field) => (field === 2 ? scope : undefined));
    };
    return rewriteFields(new WireReader(request), (field) => (field === 1 ? group : undefined));
  }

  #span(span: WireReader, hash: number, { service, names, now }: Group): Uint8Array[] | undefined {
    if (hash === NO_NAME || names?.hashes.has(hash)) return undefined;
    const start = span.pos;
    if (names === undefined) {
      if (nameOf(span) === null) return undefined;
      this.marked.service += 1;
      return marked(span, start, OVERFLOW.service);
    }
    const found = nameOf(span);
    if (found === null) return undefined;
    const { what, name } = found;
    if (isName(name) && names[what].get(name, now) !== undefined) {
      names.remember(hash);
      return undefined;
    }
    this.marked[what] += 1;
    if (!names.isOver) {
      names.isOver = true;
      this.#report(service, what);
    }
    return marked(span, start, OVERFLOW.name);
  }
}

function marked({ bytes, end }: WireReader, start: number, overflow: number): Uint8Array[] {
  return [bytes.subarray(start, end), Uint8Array.from([...OVERFLOW_KEY, overflow])];
}
