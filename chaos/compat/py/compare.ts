import { PyError } from './error.ts';
import { isDict, isNumber, Moment, typeName, type Value } from './value.ts';

/** `==`: numbers by value whatever their type, `True` being 1; everything else only within its type. */
export function equal(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) {
    const [left, right] = [plain(a), plain(b)];
    return left <= right && left >= right;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index] ?? null));
  }
  if (isDict(a) && isDict(b)) {
    return a.size === b.size && [...a].every(([key, item]) => b.has(key) && equal(item, b.get(key) ?? null));
  }
  if (a instanceof Moment && b instanceof Moment) return a.kind === b.kind && a.iso === b.iso;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}

/** JavaScript compares integers and floats exactly, too. */
const plain = (value: boolean | bigint | number): bigint | number =>
  typeof value === 'boolean' ? (value ? 1n : 0n) : value;

/** `a <= b`; raises as Python does where there is no order. */
export function atMost(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return plain(a) <= plain(b);
  if (typeof a === 'string' && typeof b === 'string') return codePointsAtMost(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    const at = a.findIndex((item, index) => index >= b.length || !equal(item, b[index] ?? null));
    if (at === -1 || at >= b.length) return a.length <= b.length;
    return atMost(a[at] ?? null, b[at] ?? null);
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) <= 0;
  if (a instanceof Moment && b instanceof Moment && a.kind === b.kind) return a.iso <= b.iso;
  const message = `'<=' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`;
  throw new PyError('TypeError', message);
}

function codePointsAtMost(a: string, b: string): boolean {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((char, index) => char !== right[index]);
  if (at === -1) return true;
  const other = right[at];
  return other !== undefined && (left[at]?.codePointAt(0) ?? 0) < (other.codePointAt(0) ?? 0);
}
