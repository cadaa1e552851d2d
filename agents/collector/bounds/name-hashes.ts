import { SEMCONV } from '../../contract/telemetry.ts';
import { KIND } from '../live/spans.ts';
import type { SpanWatch } from '../wire/flatten.ts';
import { mix, SEED } from './fingerprint.ts';

/** Of a key, from its length, its first and its last byte: 16 bits. */
const sign = (length: number, first: number, last: number) => ((length << 10) ^ (first << 5) ^ last) & 0xffff;

/** Whether an attribute may be one that names are made of, by the sign of its key. */
const MAY_NAME = new Uint8Array(65_536);
const NAMING = [
  ...[SEMCONV.route, SEMCONV.method, SEMCONV.dbSystem, SEMCONV.dbNamespace, SEMCONV.messagingSystem],
  ...[SEMCONV.peerService, SEMCONV.serverAddress, SEMCONV.serverPort, SEMCONV.destination],
];
for (const key of NAMING.flat()) {
  MAY_NAME[sign(key.length, key.charCodeAt(0), key.charCodeAt(key.length - 1))] = 1;
}

/** Of a span that counts nowhere. */
export const NO_NAME = -1;

/** For each span of a request a hash of whatever its name is made of, unread: most spans have a name that is known. */
export class NameHashes implements SpanWatch {
  readonly hashes: number[] = [];
  #hash = SEED;
  #kind = 0;
  #name = SEED;

  name(bytes: Uint8Array, from: number, to: number): void {
    this.#name = mix(SEED, bytes, from, to);
  }

  kind(kind: number): void {
    this.#kind = kind;
  }

  attribute(bytes: Uint8Array, from: number, to: number): void {
    // As every encoder writes it: the key first, its length in one byte. The rest is read as if it mattered.
    const size = bytes[from + 1] ?? 0;
    const plain = bytes[from] === 0x0a && size < 0x80;
    if (plain && MAY_NAME[sign(size, bytes[from + 2] ?? 0, bytes[from + 1 + size] ?? 0)] === 0) return;
    this.#hash = mix(this.#hash, bytes, from, to);
  }

  end(isKept: boolean): void {
    if (isKept) this.hashes.push(this.#value());
    this.#hash = SEED;
    this.#name = SEED;
    this.#kind = 0;
  }

  #value(): number {
    const kind = this.#kind;
    if (kind < KIND.server || kind > KIND.consumer) return NO_NAME;
    const name = kind === KIND.client ? 0 : this.#name;
    return (this.#hash ^ Math.imul(name, 31) ^ kind) >>> 0;
  }
}
