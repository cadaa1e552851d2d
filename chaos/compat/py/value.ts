/**
 * Values as the reference, a Python program, sees them. Integers are `bigint` and floats are `number`, so that `1` and
 * `1.0` stay different: a tolerance of `1.0` is invalid, and `1.0` is not printed as `1`. Dictionaries are maps, because
 * objects would reorder keys such as `"200"`.
 */
export type Value = null | boolean | bigint | number | string | Uint8Array | Moment | Value[] | Dict;
export type Dict = Map<Value, Value>;

/** A date (YAML reads them from plain text); prints itself as Python's `str` does. */
export class Moment {
  readonly kind: 'date' | 'datetime';
  /** ISO 8601, with `T`. */
  readonly iso: string;

  constructor(kind: 'date' | 'datetime', iso: string) {
    this.kind = kind;
    this.iso = iso;
  }
}

export const isDict = (value: unknown): value is Dict => value instanceof Map;

export function dictOf(entries: Iterable<[Value, Value]> | Record<string, Value>): Dict {
  return new Map(Symbol.iterator in entries ? entries : Object.entries(entries));
}

/** Python's name of the type, as it stands in its error messages. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'str';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Uint8Array) return 'bytes';
  return value instanceof Moment ? `datetime.${value.kind}` : 'dict';
}

/** Python's idea of true: nothing that is empty or zero. */
export function truthy(value: Value | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'number') return value !== 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (isDict(value)) return value.size > 0;
  return value instanceof Moment || Boolean(value);
}

/** `numbers.Number`, to which booleans belong. */
export const isNumber = (value: Value | undefined): value is boolean | bigint | number =>
  typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'number';

/** A deep copy; what cannot change is shared. */
export function copyOf<T extends Value>(value: T): T;
export function copyOf(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => copyOf(item));
  if (isDict(value)) return new Map([...value].map(([key, item]) => [key, copyOf(item)]));
  return value;
}
