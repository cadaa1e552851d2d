import type { TextMap } from '../../queries/stored-span.ts';

/** Stored attributes as OTLP JSON again: 64-bit integers are decimal strings, each value of its own type. */

export type AnyValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: Double }
  | { boolValue: boolean }
  | { bytesValue: string }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | Record<string, never>;

export interface KeyValue {
  key: string;
  value: AnyValue;
}

export type Double = number | 'NaN' | 'Infinity' | '-Infinity';

export function keyValues(values: TextMap, types: TextMap): KeyValue[] {
  return Object.entries(values).map(([key, text]) => ({ key, value: anyValue(text, types[key] ?? '') }));
}

/** By the type tags of store/flat.ts. */
export function anyValue(text: string, tag: string): AnyValue {
  switch (tag) {
    case 'i':
      return { intValue: text };
    case 'd':
      return { doubleValue: doubleOf(text) };
    case 'b':
      return { boolValue: text === 'true' };
    case 'y':
      return { bytesValue: text };
    case 'n':
      return {};
    case 'j':
      return nested(JSON.parse(text, keepDigits));
    default:
      return { stringValue: text };
  }
}

export function doubleOf(text: string): Double {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  if (/nan/i.test(text)) return 'NaN';
  return text.startsWith('-') ? '-Infinity' : 'Infinity';
}

/** A number of a list or map as it was written: without a point it was an integer, of up to 64 bits. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? new Digits(context?.source ?? String(value)) : value;
}

function nested(value: unknown): AnyValue {
  if (value instanceof Digits)
    return /^-?\d+$/.test(value.text) ? { intValue: value.text } : { doubleValue: Number(value.text) };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(nested) } };
  if (value === null || typeof value !== 'object') return {};
  const values = Object.entries(value).map(([key, inner]) => ({ key, value: nested(inner) }));
  return { kvlistValue: { values } };
}
