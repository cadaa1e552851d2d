import protobuf from 'protobufjs';
import { otlp } from '../wire/codec.ts';
import { varintBytes } from '../wire/reader.ts';
import type { Signal } from '../wire/signals.ts';
import type { Random } from './random.ts';

/**
 * Requests which follow the .proto, or nearly: right fields with absurd values, fields that are repeated, out of order,
 * of the wrong wire type, of a wrong length, or nobody's.
 */
const TEXTS = [
  Buffer.from(''),
  Buffer.from('service.name'),
  Buffer.from('a'),
  Buffer.from([0xff, 0xfe, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from('\u0000\u0001"\\\n'),
  Buffer.from("'; DROP TABLE otel_traces; --"),
  Buffer.from('ü😀'),
  Buffer.alloc(5000, 'x'),
];
const NUMBERS = [
  0n,
  1n,
  5n,
  255n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const DOUBLES = [
  0,
  -0,
  0.5,
  1e308,
  -1e308,
  5e-324,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

const BITS: Record<string, bigint> = { bool: 1n, int32: 31n, uint32: 32n, sint32: 32n };

export interface Oddity {
  /** How probable a field is broken on the wire, from 0 (never) to 1. */
  broken: number;
}

function varint(value: bigint, random: Random): Buffer {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  // The same number, longer than it need be.
  if (out.length < 8 && random.chance(0.05)) {
    const last = out.pop() ?? 0;
    out.push(last | 0x80, ...Array.from({ length: random.below(3) }, () => 0x80), 0);
  }
  return Buffer.from(out);
}

function eight(random: Random, double: boolean): Buffer {
  const out = Buffer.alloc(8);
  if (double) out.writeDoubleLE(random.pick(DOUBLES));
  else if (random.chance(0.5))
    out.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n + BigInt(random.below(1e9)));
  else out.writeBigUInt64LE(random.pick(NUMBERS));
  return out;
}

/** Key of a field; beyond 2^29 with a little luck. */
function key(id: number, wire: number): Buffer {
  return Buffer.from(varintBytes(((id << 3) | wire) >>> 0));
}

function delimited(id: number, content: Uint8Array, random: Random, oddity: Oddity): Buffer {
  const wrong = random.chance(oddity.broken / 4) ? random.below(40) - 20 : 0;
  const length = Math.max(0, content.length + wrong);
  return Buffer.concat([key(id, 2), varint(BigInt(length), random), content]);
}

function scalar(field: protobuf.Field, random: Random, oddity: Oddity): Buffer {
  const { type, name, id } = field;
  if (random.chance(oddity.broken)) return anything(id, random, oddity);
  switch (type) {
    case 'string':
      return delimited(id, random.pick(TEXTS), random, oddity);
    case 'bytes': {
      const size = name === 'trace_id' ? 16 : 8;
      const good = random.chance(0.9);
      return delimited(id, random.bytes(good ? size : random.below(20)), random, oddity);
    }
    case 'double':
    case 'fixed64':
    case 'sfixed64': {
      const one = () => eight(random, type === 'double');
      if (!field.repeated || random.chance(0.5)) return Buffer.concat([key(id, 1), one()]);
      return delimited(id, Buffer.concat(Array.from({ length: random.below(5) }, one)), random, oddity);
    }
    case 'fixed32':
      return Buffer.concat([key(id, 5), eight(random, false).subarray(0, 4)]);
    default: {
      const fitting = NUMBERS.filter((n) => n < 2n ** (BITS[type] ?? 64n));
      const one = () => varint(random.pick(fitting), random);
      if (!field.repeated || random.chance(0.5)) return Buffer.concat([key(id, 0), one()]);
      return delimited(id, Buffer.concat(Array.from({ length: random.below(5) }, one)), random, oddity);
    }
  }
}

/** A field of that number, of any wire type. */
function anything(id: number, random: Random, oddity: Oddity): Buffer {
  const wire = random.below(8);
  const number = random.chance(0.5) ? id : random.pick([0, 19, 100, 101, 2046, 536_870_911]);
  switch (wire) {
    case 0:
      return Buffer.concat([key(number, 0), varint(random.pick(NUMBERS), random)]);
    case 1:
      return Buffer.concat([key(number, 1), eight(random, false)]);
    case 2:
      return delimited(number, random.bytes(random.below(30)), random, oddity);
    case 5:
      return Buffer.concat([key(number, 5), random.bytes(4)]);
    default:
      return Buffer.concat([key(number, wire), random.bytes(random.below(4))]);
  }
}

/** Lists in lists and maps in maps have to end somewhere. */
const MAX_DEPTH = 12;

/** The fields to write, each with how often. A value has one member, seldom two or none. */
function chosen(type: protobuf.Type, random: Random, depth: number): [protobuf.Field, number][] {
  const fields = type.fieldsArray.filter((f) => f.id < 100);
  if (type.name === 'AnyValue') {
    const members = fields.filter((f) => depth < MAX_DEPTH || !(f.resolvedType instanceof protobuf.Type));
    const count = random.chance(0.9) ? 1 : random.below(3);
    return Array.from({ length: count }, () => [random.pick(members), 1]);
  }
  return fields.map((field) => {
    const nested = field.resolve().resolvedType instanceof protobuf.Type;
    if (nested && depth >= MAX_DEPTH) return [field, 0];
    if (nested && field.repeated) return [field, random.pick(depth < 4 ? [1, 1, 2, 3] : [0, 1, 1, 2])];
    return [field, random.chance(0.02) ? 2 : Number(random.chance(0.9))];
  });
}

function message(type: protobuf.Type, random: Random, oddity: Oddity, depth: number): Buffer {
  const fields: Buffer[] = [];
  for (const [field, times] of chosen(type, random, depth)) {
    const inner = field.resolve().resolvedType;
    for (let i = 0; i < times; i++) {
      fields.push(
        inner instanceof protobuf.Type
          ? delimited(field.id, message(inner, random, oddity, depth + 1), random, oddity)
          : scalar(field, random, oddity),
      );
    }
  }
  if (random.chance(oddity.broken)) fields.push(anything(200, random, oddity));
  if (random.chance(0.1)) fields.sort(() => random.next() - 0.5);
  return Buffer.concat(fields);
}

export function oddRequest(signal: Signal, random: Random, oddity: Oddity): Buffer {
  return message(otlp.type(signal), random, oddity, 0);
}
