/**
 * A cursor over protobuf wire bytes, for code that wants a few fields of a message without making an object of it.
 * Every read checks its bounds and throws WireError, so that bad bytes end in an answer of 400 and nowhere else.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** More than 250 letters of whatever alphabet, so that a name that was cut is still seen to be too long (../bounds). */
const MAX_SHORT_BYTES = 800;

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export class WireReader {
  readonly bytes: Buffer;
  pos: number;
  readonly end: number;
  /** Field number and wire type of the field last entered by `next`. */
  field = 0;
  wire = 0;
  /** Made when a number is read: most messages have none, and there is a reader for each of them. */
  #view: DataView | undefined;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.pos = start;
    this.end = end;
  }

  /** Enters the next field; false at the end of the message. */
  next(): boolean {
    if (this.pos >= this.end) return false;
    const key = this.#uint32();
    this.field = key >>> 3;
    this.wire = key & 7;
    if (this.field === 0) throw new WireError('field number 0');
    return true;
  }

  /** Low 32 bits of a varint, unsigned. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= this.end) throw new WireError('truncated varint');
      const byte = this.bytes[this.pos++] ?? 0;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (shift === 63 && byte > 1) break;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError('varint beyond 64 bits');
  }

  /** A varint that must fit in 32 bits: no key and no length is larger. */
  #uint32(): number {
    const start = this.pos;
    const first = this.bytes[start] ?? 0;
    if (start < this.end && first < 0x80) {
      this.pos = start + 1;
      return first;
    }
    const value = this.varint();
    for (let at = start + 4; at < this.pos; at++) {
      const beyond = (this.bytes[at] ?? 0) & (at === start + 4 ? 0x70 : 0x7f);
      if (beyond !== 0) throw new WireError('key or length beyond 32 bits');
    }
    return value;
  }

  bool(): boolean {
    return this.int64() !== 0n;
  }

  /** A signed 64-bit varint. */
  int64(): bigint {
    const first = this.bytes[this.pos] ?? 0;
    if (this.pos < this.end && first < 0x80) {
      this.pos += 1;
      return BigInt(first);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.pos >= this.end) throw new WireError('truncated varint');
      const byte = this.bytes[this.pos++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (shift === 63n && byte > 1) break;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new WireError('varint beyond 64 bits');
  }

  /** A fixed64 as bigint. */
  fixed64(): bigint {
    return this.#numbers().getBigUint64(this.#take(8), true);
  }

  sfixed64(): bigint {
    return this.#numbers().getBigInt64(this.#take(8), true);
  }

  double(): number {
    return this.#numbers().getFloat64(this.#take(8), true);
  }

  /** Length of the length-delimited field just entered; the cursor stands at its first byte. */
  length(): number {
    if (this.wire !== WIRE.bytes) throw new WireError(`field ${this.field} is not length-delimited`);
    const size = this.#uint32();
    if (size > this.end - this.pos) throw new WireError('truncated field');
    return size;
  }

  /** A cursor over the message in the field just entered; this one moves past it. */
  message(): WireReader {
    const size = this.length();
    const start = this.#take(size);
    return new WireReader(this.bytes, start, start + size);
  }

  text(): string {
    const size = this.length();
    const start = this.#take(size);
    // On the slice of the whole: TextDecoder, or a view of its own, costs most texts more than their decoding.
    return this.bytes.toString('utf8', start, start + size);
  }

  /** The text, of a long one its beginning and an ellipsis: some are of megabytes. */
  shortText(): string {
    const size = this.length();
    const start = this.#take(size);
    if (size <= MAX_SHORT_BYTES) return this.bytes.toString('utf8', start, start + size);
    let end = start + MAX_SHORT_BYTES;
    // Not in the middle of a letter.
    while (end > start && ((this.bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    return `${this.bytes.toString('utf8', start, end)}…`;
  }

  raw(): Uint8Array {
    const size = this.length();
    const start = this.#take(size);
    return this.bytes.subarray(start, start + size);
  }

  hex(): string {
    const size = this.length();
    const start = this.#take(size);
    return this.bytes.toString('hex', start, start + size);
  }

  /** Passes the value of the field just entered. */
  skip(): void {
    switch (this.wire) {
      case WIRE.varint:
        this.varint();
        return;
      case WIRE.fixed64:
        this.#take(8);
        return;
      case WIRE.bytes:
        this.#take(this.length());
        return;
      case WIRE.fixed32:
        this.#take(4);
        return;
      default:
        throw new WireError(`wire type ${this.wire} of field ${this.field}`);
    }
  }

  #numbers(): DataView {
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.#view;
  }

  #take(size: number): number {
    const at = this.pos;
    if (size > this.end - at) throw new WireError('truncated field');
    this.pos = at + size;
    return at;
  }
}

/** Varint bytes of a non-negative integer below 2^32. */
export function varintBytes(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
  return out;
}

/** A length-delimited field: its key, its length, then `parts`. */
export function lengthDelimited(field: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const size = parts.reduce((sum, p) => sum + p.length, 0);
  const head = Uint8Array.from([...varintBytes((field << 3) | WIRE.bytes), ...varintBytes(size)]);
  return [head as Uint8Array].concat(parts);
}
