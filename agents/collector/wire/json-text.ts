import { StormglassError } from '../../contract/errors.ts';

/**
 * More values than this are refused: a parsed value takes 20 times the two bytes it can be written with, so that the
 * size of the text alone bounds neither memory nor time.
 */
const MAX_VALUES = 3_000_000;
/** From so many digits on a number may not be exact as a double. */
const WIDE_DIGITS = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `{`, `[` and `,`: each begins a value or a member. */
const OPENERS = new Set([0x7b, 0x5b, 0x2c]);
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
/** Inside a number: digits, `+`, `-`, `.`, `e`, `E`. */
const isNumber = (byte: number) =>
  isDigit(byte) || byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;

/** JSON.parse with a bound on the values, and with integers of many digits as texts, so that none is rounded. */
export function parseJson(body: Uint8Array): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const wide = scan(bytes);
  if (wide.length === 0) return JSON.parse(textOf(bytes));
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of wide) {
    parts.push(bytes.toString('utf8', from, start), '"', bytes.toString('latin1', start, end), '"');
    from = end;
  }
  parts.push(bytes.toString('utf8', from));
  return JSON.parse(parts.join('').replace(/^\uFEFF/, ''));
}

/** Some clients on Windows begin with a byte order mark. */
const textOf = (bytes: Buffer) => bytes.toString('utf8').replace(/^\uFEFF/, '');

/** Counts the values and finds the integers with many digits. */
function scan(bytes: Buffer): [start: number, end: number][] {
  const wide: [number, number][] = [];
  let values = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (OPENERS.has(byte)) {
      values += 1;
      if (values > MAX_VALUES) throw tooMany();
    } else if (isDigit(byte) || byte === 0x2d) {
      const end = endOfNumber(bytes, at);
      if (end - at >= WIDE_DIGITS && isInteger(bytes, at, end)) wide.push([at, end]);
      at = end - 1;
    }
  }
  return wide;
}

/** Where the string which begins at `start` has its other quote. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let before = at - 1;
    while (bytes[before] === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
  return bytes.length;
}

function endOfNumber(bytes: Buffer, start: number): number {
  let end = start + 1;
  while (end < bytes.length && isNumber(bytes[end] ?? 0)) end += 1;
  return end;
}

function isInteger(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at++) if (!isDigit(bytes[at] ?? 0)) return false;
  return true;
}

function tooMany(): StormglassError {
  return new StormglassError(
    'payload_too_large',
    `The request has more than ${MAX_VALUES} JSON values.`,
    'Send smaller batches, or protobuf.',
  );
}
