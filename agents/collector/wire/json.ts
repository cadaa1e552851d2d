import protobuf from 'protobufjs';
import { StormglassError } from '../../contract/errors.ts';
import { otlp } from './codec.ts';
import { parseJson } from './json-text.ts';
import type { Signal } from './signals.ts';

/**
 * OTLP/JSON to protobuf, once, at the edge. OTLP's JSON is not proto3's: ids are hex, enums are integers (names are
 * tolerated), 64-bit integers are strings or numbers, unknown fields are ignored.
 */
type Json = null | string | number | boolean | Json[] | { [key: string]: Json };

const HEX_FIELDS = new Set(['trace_id', 'span_id', 'parent_span_id']);
const signed = (bits: bigint) => [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] as const;
const unsigned = (bits: bigint) => [0n, 2n ** bits - 1n] as const;
/** What an integer may be, by its type. Beyond it an encoder would wrap around and say nothing. */
const LIMITS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: signed(32n),
  sint32: signed(32n),
  uint32: unsigned(32n),
  fixed32: unsigned(32n),
  int64: signed(64n),
  sfixed64: signed(64n),
  uint64: unsigned(64n),
  fixed64: unsigned(64n),
};

/** Enum names by field, as SDKs write them; only their order counts. */
const ENUM_NAMES: Record<string, Record<string, number>> = {
  kind: numbered('SPAN_KIND_', ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']),
  code: numbered('STATUS_CODE_', ['UNSET', 'OK', 'ERROR']),
  aggregation_temporality: numbered('AGGREGATION_TEMPORALITY_', ['UNSPECIFIED', 'DELTA', 'CUMULATIVE']),
  severity_number: numbered('SEVERITY_NUMBER_', [
    'UNSPECIFIED',
    ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((s) => [s, `${s}2`, `${s}3`, `${s}4`]),
  ]),
};

function numbered(prefix: string, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [prefix + name, i]));
}

const camel = (name: string) => name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());

function invalid(message: string, cause?: unknown): StormglassError {
  return new StormglassError(
    'invalid_request',
    `The body is no OTLP JSON: ${message}.`,
    'See the OTLP specification, JSON Protobuf Encoding.',
    { cause },
  );
}

/** Converts one request; throws StormglassError('invalid_request'). */
export function jsonToProtobuf(signal: Signal, body: Uint8Array): Uint8Array {
  const type = otlp.type(signal);
  const json = parse(body);
  try {
    return type.encode(type.fromObject(convertMessage(type, json, 'request'))).finish();
  } catch (cause) {
    if (cause instanceof StormglassError) throw cause;
    // protobufjs refuses nesting beyond its own limit, the stack beyond the machine's.
    throw invalid((cause as Error).message, cause);
  }
}

function parse(body: Uint8Array): Json {
  try {
    return parseJson(body) as Json;
  } catch (cause) {
    if (cause instanceof StormglassError) throw cause;
    throw invalid((cause as Error).message, cause);
  }
}

function convertMessage(type: protobuf.Type, json: Json, path: string): Record<string, unknown> {
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    throw invalid(`${path} must be an object`);
  const out: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    // Ours, and no part of OTLP: whoever sends such a name sends an unknown field.
    if (field.id >= 100) continue;
    const value = json[camel(field.name)] ?? json[field.name];
    if (value === undefined || value === null) continue;
    const at = `${path}.${camel(field.name)}`;
    if (field.name === 'int_value' && isBeyondInteger(value)) {
      out.double_value = Number(value);
      continue;
    }
    if (!field.repeated) {
      out[field.name] = convertValue(field, value, at);
      continue;
    }
    if (!Array.isArray(value)) throw invalid(`${at} must be a list`);
    out[field.name] = value.map((item, i) => convertValue(field, item, `${at}[${i}]`));
  }
  return out;
}

function convertValue(field: protobuf.Field, value: Json, path: string): unknown {
  field.resolve();
  if (field.resolvedType instanceof protobuf.Type)
    return convertMessage(field.resolvedType, value ?? {}, path);
  if (field.type === 'bytes') return bytesOf(field.name, value, path);
  if (field.type === 'string') {
    if (typeof value !== 'string') throw invalid(`${path} must be a string`);
    return value;
  }
  if (field.type === 'bool') return value === true || value === 'true';
  return numberOf(field, value, path);
}

function bytesOf(name: string, value: Json, path: string): Uint8Array {
  if (typeof value !== 'string') throw invalid(`${path} must be a string`);
  if (!HEX_FIELDS.has(name)) return Buffer.from(value, 'base64');
  if (!/^[0-9a-fA-F]*$/.test(value)) throw invalid(`${path} must be hex`);
  return Buffer.from(value, 'hex');
}

function numberOf(field: protobuf.Field, value: Json, path: string): number | string {
  const named = typeof value === 'string' ? ENUM_NAMES[field.name]?.[value] : undefined;
  if (named !== undefined) return named;
  const limits = LIMITS[field.type];
  if (limits !== undefined) return integerOf(value, limits, path);
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  const nonFinite = value === 'NaN' || value === 'Infinity' || value === '-Infinity';
  if (typeof number !== 'number' || (Number.isNaN(number) && !nonFinite))
    throw invalid(`${path} must be a number`);
  return number;
}

/** opentelemetry-js writes whatever has no fraction as intValue, 1e300 too. */
function isBeyondInteger(value: Json): boolean {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return Number.isInteger(number) && Math.abs(Number(number)) > 2 ** 63;
}

/** As a decimal text, from a text, a number, or a number with an exponent. */
function integerOf(value: Json, [least, most]: readonly [bigint, bigint], path: string): string {
  const whole = typeof value === 'number' && Number.isInteger(value);
  const text = whole ? BigInt(value).toString() : value;
  if (typeof text !== 'string' || !/^-?\d{1,20}$/.test(text)) throw invalid(`${path} must be an integer`);
  const number = BigInt(text);
  if (number < least || number > most) throw invalid(`${path} is out of range`);
  return number.toString();
}
