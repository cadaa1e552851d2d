import { equal } from './compare.ts';
import { PyError } from './error.ts';
import { repr } from './text.ts';
import { isDict, typeName, type Value } from './value.ts';

/*
 * Reading an experiment of unknown shape the way the reference reads it: where Python would raise because a value has
 * not the type it expects, these raise the same error.
 */

/** `value.get(key, fallback)`. */
export function get(value: Value, key: Value): Value | undefined;
export function get(value: Value, key: Value, fallback: Value): Value;
export function get(value: Value, key: Value, fallback?: Value): Value | undefined {
  if (!isDict(value)) throw noAttribute(value, 'get');
  const found = value.get(key);
  return found === undefined ? fallback : found;
}

const noAttribute = (value: Value, name: string): PyError =>
  new PyError('AttributeError', `'${typeName(value)}' object has no attribute '${name}'`);

/** `value[key]`. */
export function item(value: Value, key: Value): Value {
  if (isDict(value)) {
    const found = value.get(key);
    if (found === undefined) throw new PyError('KeyError', repr(key));
    return found;
  }
  const isText = typeof value === 'string';
  if (!isText && !Array.isArray(value)) {
    throw new PyError('TypeError', `'${typeName(value)}' object is not subscriptable`);
  }
  if (typeof key !== 'bigint') {
    const kind = isText ? `string indices must be integers, not '${typeName(key)}'` : '';
    throw new PyError('TypeError', kind || `list indices must be integers or slices, not ${typeName(key)}`);
  }
  const found = (isText ? [...value] : value).at(Number(key));
  if (found === undefined)
    throw new PyError('IndexError', `${isText ? 'string' : 'list'} index out of range`);
  return found;
}

/** `key in value`. */
export function contains(value: Value, key: Value): boolean {
  if (isDict(value)) return value.has(key);
  if (Array.isArray(value)) return value.some((each) => equal(each, key));
  if (typeof value === 'string') {
    if (typeof key === 'string') return value.includes(key);
    throw new PyError('TypeError', `'in <string>' requires string as left operand, not ${typeName(key)}`);
  }
  throw new PyError('TypeError', `argument of type '${typeName(value)}' is not iterable`);
}

/** `for each in value`. */
export function elements(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  if (isDict(value)) return [...value.keys()];
  if (typeof value === 'string') return [...value];
  if (value instanceof Uint8Array) return [...value].map(BigInt);
  throw new PyError('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** `value.items()`. */
export function items(value: Value): [Value, Value][] {
  if (isDict(value)) return [...value];
  throw noAttribute(value, 'items');
}
