import { WIRE, WireError, type WireReader } from './reader.ts';
import { KIND } from './shape.ts';

/** The wire type of each kind. */
const WIRE_OF: Readonly<Record<number, number>> = {
  [KIND.varint]: WIRE.varint,
  [KIND.fixed64]: WIRE.fixed64,
  [KIND.time]: WIRE.fixed64,
  [KIND.fixed32]: WIRE.fixed32,
  [KIND.bytes]: WIRE.bytes,
  [KIND.message]: WIRE.bytes,
  [KIND.packedVarint]: WIRE.varint,
  [KIND.packedFixed64]: WIRE.fixed64,
  [KIND.bool]: WIRE.varint,
  [KIND.int32]: WIRE.varint,
  [KIND.uint32]: WIRE.varint,
};
/** What a varint may say, where its type has fewer than 64 bits. */
const LIMITS: Readonly<Record<number, readonly [bigint, bigint]>> = {
  [KIND.bool]: [0n, 1n],
  [KIND.int32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [KIND.uint32]: [0n, 2n ** 32n - 1n],
};

/** What was there: `nothing` is an empty list, `beyond time` a time after the year 2262. */
export type Passed = 'something' | 'nothing' | 'beyond time';

/**
 * Passes a field that holds no message, and proves that it lies on the wire as its type says: the engine refuses a whole
 * segment for one that does not, when it has long been acknowledged. It refuses empty lists too, which are legal.
 */
export function passScalar(reader: WireReader, kind: number = KIND.unknown): Passed {
  if (kind !== KIND.unknown && reader.wire !== WIRE_OF[kind]) return passPacked(reader, kind);
  const limits = LIMITS[kind];
  if (limits !== undefined) {
    const value = reader.int64();
    if (value < limits[0] || value > limits[1])
      throw new WireError(`value ${value} of field ${reader.field}`);
    return 'something';
  }
  reader.skip();
  // The top bit of the last byte: beyond 2^63 nanoseconds.
  return kind === KIND.time && (reader.bytes[reader.pos - 1] ?? 0) > 0x7f ? 'beyond time' : 'something';
}

function passPacked(reader: WireReader, kind: number): Passed {
  if (kind === KIND.own) {
    reader.skip();
    return 'nothing';
  }
  const { field, wire } = reader;
  const fixed = kind === KIND.packedFixed64;
  if (wire !== WIRE.bytes || !(fixed || kind === KIND.packedVarint)) {
    throw new WireError(`wire type ${wire} of field ${field}`);
  }
  const packed = reader.message();
  const size = packed.end - packed.pos;
  if (fixed && size % 8 !== 0) throw new WireError(`packed field ${field} is cut`);
  while (!fixed && packed.pos < packed.end) packed.varint();
  return size === 0 ? 'nothing' : 'something';
}
