import { PyError } from './error.ts';
import { repr } from './text.ts';
import { typeName, type Value } from './value.ts';

/** `int(...)`. */
export function toInt(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') {
    if (Number.isNaN(value)) throw new PyError('ValueError', 'cannot convert float NaN to integer');
    if (!Number.isFinite(value)) {
      throw new PyError('OverflowError', 'cannot convert float infinity to integer');
    }
    return BigInt(Math.trunc(value));
  }
  if (typeof value !== 'string') {
    const wants = "a string, a bytes-like object or a real number, not '";
    throw new PyError('TypeError', `int() argument must be ${wants}${typeName(value)}'`);
  }
  const text = /^\s*([-+]?)(\d+(?:_\d+)*)\s*$/.exec(value);
  if (text === null) {
    throw new PyError('ValueError', `invalid literal for int() with base 10: ${repr(value)}`);
  }
  const size = BigInt(text[2]?.replaceAll('_', '') ?? '');
  return text[1] === '-' ? -size : size;
}

const FLOAT =
  /^\s*([-+]?)((?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?)\s*$/;

/** `float(...)`. */
export function toFloat(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') {
    const wants = `float() argument must be a string or a real number, not '${typeName(value)}'`;
    throw new PyError('TypeError', wants);
  }
  const special = /^\s*([-+]?)(inf|infinity|nan)\s*$/i.exec(value);
  if (special !== null) {
    const size = special[2]?.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
    return special[1] === '-' ? -size : size;
  }
  const text = FLOAT.exec(value);
  if (text === null) throw new PyError('ValueError', `could not convert string to float: ${repr(value)}`);
  const size = Number(text[2]?.replaceAll('_', ''));
  return text[1] === '-' ? -size : size;
}
