import { str } from './text.ts';
import { isDict, type Value } from './value.ts';

/** Percent-encodes a text as `quote_plus` does: a blank is `+`, and only letters, digits and `_.-~` stay. */
export function quotePlus(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** A form or a query of names and values: lists repeat their name, `None` is left out. */
export function formText(fields: Iterable<[Value, Value]>): string {
  const pairs = [...fields].flatMap(([key, value]) => {
    const values = Array.isArray(value) ? value : isDict(value) ? [...value.keys()] : [value];
    return values
      .filter((each) => each !== null)
      .map((each) => `${quotePlus(str(key))}=${quotePlus(fieldText(each))}`);
  });
  return pairs.join('&');
}

const fieldText = (value: Value): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : str(value);
