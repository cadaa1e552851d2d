import { isDict, Moment, type Value } from './value.ts';

/** `str(...)`: what a value becomes within a text or on a command line. */
export function str(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Moment) return value.iso.replace('T', ' ');
  return repr(value);
}

/** `repr(...)`. */
export function repr(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (value instanceof Uint8Array) return bytesText(value);
  if (isDict(value)) return `{${[...value].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`;
  const parts = value.iso.split(/\D+/).filter((part) => part !== '');
  return `datetime.${value.kind}(${parts.map(Number).join(', ')})`;
}

/** A float as Python prints it: the shortest digits, an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = [...text].map((char) => {
    if (char === quote) return `\\${char}`;
    const short = ESCAPES[char];
    if (short !== undefined) return short;
    return char === ' ' || !/[\p{C}\p{Z}]/u.test(char) ? char : escaped(char.codePointAt(0) ?? 0);
  });
  return `${quote}${body.join('')}${quote}`;
}

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function bytesText(bytes: Uint8Array): string {
  const chars = [...bytes].map((byte) => String.fromCharCode(byte));
  const quote = chars.includes("'") && !chars.includes('"') ? '"' : "'";
  const body = chars.map((char) => {
    if (char === quote) return `\\${char}`;
    return ESCAPES[char] ?? (/[ -~]/.test(char) ? char : escaped(char.charCodeAt(0)));
  });
  return `b${quote}${body.join('')}${quote}`;
}
