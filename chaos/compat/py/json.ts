import { PyError } from './error.ts';
import { floatText } from './text.ts';
import { isDict, Moment, typeName, type Value } from './value.ts';

const NUMBER = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?/y;
const SPECIAL: [string, Value][] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];

/** Reads JSON as Python's `json` does: `1` is an integer and `1.0` a float, NaN and Infinity are numbers, the last of two equal keys counts. */
export function parseJson(text: string): Value {
  if (text.startsWith('\ufeff')) throw failure('Unexpected UTF-8 BOM (decode using utf-8-sig)', text, 0);
  return new Reader(text).document();
}

function failure(message: string, text: string, at: number): PyError {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  return new PyError('JSONDecodeError', `${message}: line ${line} column ${column} (char ${at})`);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw failure('Extra data', this.#text, this.#at);
    return value;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #value(): Value {
    if (this.#take('"')) return this.#string();
    if (this.#take('{')) return this.#object();
    if (this.#take('[')) return this.#array();
    const special = SPECIAL.find(([word]) => this.#text.startsWith(word, this.#at));
    if (special !== undefined) {
      this.#at += special[0].length;
      return special[1];
    }
    NUMBER.lastIndex = this.#at;
    const [all, whole, fraction, exponent] = NUMBER.exec(this.#text) ?? [];
    if (all === undefined || whole === undefined) throw failure('Expecting value', this.#text, this.#at);
    this.#at += all.length;
    return fraction === undefined && exponent === undefined ? BigInt(whole) : Number(all);
  }

  #array(): Value {
    const items: Value[] = [];
    this.#space();
    if (this.#take(']')) return items;
    for (;;) {
      this.#space();
      items.push(this.#value());
      this.#space();
      if (this.#take(']')) return items;
      if (!this.#take(',')) throw failure("Expecting ',' delimiter", this.#text, this.#at);
    }
  }

  #object(): Value {
    const entries = new Map<Value, Value>();
    const wanted = 'Expecting property name enclosed in double quotes';
    this.#space();
    if (this.#take('}')) return entries;
    for (;;) {
      this.#space();
      if (!this.#take('"')) throw failure(wanted, this.#text, this.#at);
      const key = this.#string();
      this.#space();
      if (!this.#take(':')) throw failure("Expecting ':' delimiter", this.#text, this.#at);
      this.#space();
      entries.set(key, this.#value());
      this.#space();
      if (this.#take('}')) return entries;
      if (!this.#take(',')) throw failure("Expecting ',' delimiter", this.#text, this.#at);
    }
  }

  #string(): string {
    const begin = this.#at - 1;
    let out = '';
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw failure('Unterminated string starting at', this.#text, begin);
      if (char < ' ') throw failure('Invalid control character at', this.#text, this.#at);
      this.#at++;
      if (char === '"') return out;
      out += char === '\\' ? this.#escape(begin) : char;
    }
  }

  #escape(begin: number): string {
    const char = this.#text[this.#at];
    if (char === undefined) throw failure('Unterminated string starting at', this.#text, begin);
    if (char === 'u') {
      const hex = /^[0-9a-fA-F]{4}/.exec(this.#text.slice(this.#at + 1))?.[0];
      if (hex === undefined) throw failure('Invalid \\uXXXX escape', this.#text, this.#at + 1);
      this.#at += 5;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[char];
    if (plain === undefined) throw failure('Invalid \\escape', this.#text, this.#at - 1);
    this.#at++;
    return plain;
  }
}

export interface Layout {
  /** Spaces per level; absent is one line with `, ` and `: `. */
  indent?: number;
  /** Everything beyond ASCII as `\uXXXX`. */
  ascii?: boolean;
}

/** Writes JSON as Python's `json.dumps` does. Raises for what has no JSON form. */
export function writeJson(value: Value, layout: Layout = {}, depth = 0): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return textOf(value, layout);
  if (value instanceof Moment) return JSON.stringify(value.iso);
  if (Array.isArray(value)) {
    return block(
      '[',
      ']',
      value.map((each) => writeJson(each, layout, depth + 1)),
      layout,
      depth,
    );
  }
  if (isDict(value)) {
    const pairs = [...value].map(
      ([key, each]) => `${keyText(key, layout)}: ${writeJson(each, layout, depth + 1)}`,
    );
    return block('{', '}', pairs, layout, depth);
  }
  throw new PyError('TypeError', `Object of type ${typeName(value)} is not JSON serializable`);
}

function block(open: string, close: string, parts: string[], { indent }: Layout, depth: number): string {
  if (parts.length === 0) return `${open}${close}`;
  if (indent === undefined) return `${open}${parts.join(', ')}${close}`;
  const inner = `\n${' '.repeat(indent * (depth + 1))}`;
  return `${open}${inner}${parts.join(`,${inner}`)}\n${' '.repeat(indent * depth)}${close}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

function textOf(text: string, { ascii = false }: Layout): string {
  const quoted = JSON.stringify(text).replaceAll('\u007f', ascii ? '\\u007f' : '\u007f');
  if (!ascii) return quoted;
  return quoted.replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function keyText(key: Value, layout: Layout): string {
  if (typeof key === 'string') return textOf(key, layout);
  if (key === null || typeof key === 'boolean' || typeof key === 'bigint') return `"${String(key)}"`;
  if (typeof key === 'number') return `"${numberText(key)}"`;
  const allowed = 'keys must be str, int, float, bool or None';
  throw new PyError('TypeError', `${allowed}, not ${typeName(key)}`);
}
