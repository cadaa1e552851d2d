import type { Attributes, AttributeValue } from '../../contract/trace.ts';

/** A Map(String, String) column and its *Types companion, back to typed values (tags: see store/flat.ts). */
export function typedAttributes(values: Record<string, string>, types: Record<string, string>): Attributes {
  // Made from entries, a key `__proto__` is one like any other.
  return Object.fromEntries(
    Object.entries(values).map(([key, text]) => [key, typedValue(text, types[key] ?? '')]),
  );
}

function typedValue(text: string, tag: string): AttributeValue {
  switch (tag) {
    case 'i': {
      const value = Number(text);
      return Number.isSafeInteger(value) ? value : text;
    }
    case 'd': {
      const value = Number(text);
      // JSON has no NaN or infinity; the engine's own spelling stays.
      return Number.isFinite(value) ? value : text;
    }
    case 'b':
      return text === 'true';
    case 'j':
      return parseExact(text);
    case 'n':
      return null;
    default:
      return text;
  }
}

/** JSON in which integers beyond 2^53 come as strings with all their digits. */
function parseExact(text: string): AttributeValue {
  return JSON.parse(text, (_key, value: AttributeValue, context?: { source?: string }) => {
    const source = context?.source;
    const wide = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
    return wide && source !== undefined && /^-?\d+$/.test(source) ? source : value;
  }) as AttributeValue;
}
