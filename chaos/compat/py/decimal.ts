import { PyError } from './error.ts';
import { typeName, type Value } from './value.ts';

/** An exact decimal, `digits * 10 ** exponent`; or one of the infinities, or no number at all. */
export type Decimal = { digits: bigint; exponent: number } | { infinite: 1 | -1 } | { nan: true };

const TEXT = /^([-+]?)(?:(?:(\d+)\.?(\d*)|\.(\d+))(?:e([-+]?\d+))?|(inf(?:inity)?)|(s?nan\d*))$/i;

/** `Decimal(value)`; a text that is no number raises InvalidOperation. */
export function toDecimal(value: Value): Decimal {
  if (typeof value === 'bigint') return { digits: value, exponent: 0 };
  if (typeof value === 'boolean') return { digits: value ? 1n : 0n, exponent: 0 };
  if (typeof value === 'number') return ofFloat(value);
  if (typeof value === 'string') return ofText(value);
  if (Array.isArray(value)) {
    const message = 'argument must be a sequence of length 3';
    throw new PyError('ValueError', message);
  }
  throw new PyError('TypeError', `conversion from ${typeName(value)} to Decimal is not supported`);
}

function ofText(text: string): Decimal {
  const match = TEXT.exec(text.trim().replaceAll('_', ''));
  if (match === null) throw new PyError('InvalidOperation', "[<class 'decimal.ConversionSyntax'>]");
  const [, sign, whole = '', fraction = '', bare = '', power = '0', infinity, nan] = match;
  if (nan !== undefined) return { nan: true };
  if (infinity !== undefined) return { infinite: sign === '-' ? -1 : 1 };
  const after = fraction + bare;
  const digits = BigInt(`${whole}${after}`);
  return { digits: sign === '-' ? -digits : digits, exponent: Number(power) - after.length };
}

/** Floats are exact sums of powers of two, hence exact decimals as well. */
function ofFloat(value: number): Decimal {
  if (Number.isNaN(value)) return { nan: true };
  if (!Number.isFinite(value)) return { infinite: value > 0 ? 1 : -1 };
  let [size, halvings] = [value, 0];
  while (!Number.isInteger(size)) [size, halvings] = [size * 2, halvings + 1];
  return { digits: BigInt(size) * 5n ** BigInt(halvings), exponent: -halvings };
}

/** `a <= b`. */
export function decimalAtMost(a: Decimal, b: Decimal): boolean {
  if ('nan' in a || 'nan' in b) {
    throw new PyError('InvalidOperation', "[<class 'decimal.InvalidOperation'>]");
  }
  if ('infinite' in a) return a.infinite === -1 || ('infinite' in b && b.infinite === 1);
  if ('infinite' in b) return b.infinite === 1;
  return magnitudeAtMost(a, b);
}

type Finite = { digits: bigint; exponent: number };

function magnitudeAtMost(a: Finite, b: Finite): boolean {
  const [left, right] = [signOf(a.digits), signOf(b.digits)];
  if (left !== right) return left < right;
  // An exponent may be huge; the number of digits before the point decides then.
  const [leftSize, rightSize] = [sizeOf(a), sizeOf(b)];
  if (left !== 0 && leftSize !== rightSize) return left > 0 ? leftSize < rightSize : leftSize > rightSize;
  if (left === 0) return true;
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = ({ digits, exponent: own }: Finite) => digits * 10n ** BigInt(own - exponent);
  return scaled(a) <= scaled(b);
}

const signOf = (digits: bigint): number => (digits > 0n ? 1 : digits < 0n ? -1 : 0);

const sizeOf = ({ digits, exponent }: Finite): number => String(digits).replace('-', '').length + exponent;
