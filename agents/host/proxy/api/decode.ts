import { badBody } from '../errors.ts';

/** The types which Toxiproxy's API has; a client written for it may send nothing else. */
export type Kind = 'string' | 'bool' | 'int' | 'int64' | 'float32' | 'object';
type Of<K extends Kind> = K extends 'string'
  ? string
  : K extends 'bool'
    ? boolean
    : K extends 'object'
      ? object
      : number;
export type Shape = Readonly<Record<string, Kind>>;
export type Decoded<S extends Shape> = { [K in keyof S]?: Of<S[K]> };

/** The first JSON value of a text; what follows it is not looked at. */
export function parseFirst(text: string): unknown {
  if (text.trim() === '') throw badBody('EOF');
  try {
    return JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    const more = /^Unexpected non-whitespace character after JSON at position (\d+)/.exec(said);
    if (more?.[1] !== undefined) return JSON.parse(text.slice(0, Number(more[1])));
    throw badBody(goWords(said, text));
  }
}

/** What Toxiproxy's own types are called, which its errors tell. */
export interface Named {
  /** The whole. */
  type: string;
  /** Before the name of a field. */
  field: string;
  /** Of the field `attributes`. */
  attributes?: string;
}

/** Where V8 missed something, and what Go says there. */
const MISSED: readonly [RegExp, string][] = [
  [/^Expected (double-quoted )?property name/, 'looking for beginning of object key string'],
  [/^Expected ':'/, 'after object key'],
  [/^Expected ',' or '}'/, 'after object key:value pair'],
  [/^Expected ',' or ']'/, 'after array element'],
];

function goWords(said: string, text: string): string {
  const token = /^Unexpected token '(.)'/.exec(said)?.[1];
  if (token !== undefined) return `invalid character '${token}' looking for beginning of value`;
  const at = /at position (\d+)/.exec(said)?.[1];
  const where = MISSED.find(([missed]) => missed.test(said))?.[1] ?? 'in string literal';
  const char = at === undefined ? undefined : text.trimEnd()[Number(at)];
  if (char === '"') return `invalid character '"' ${where}`;
  return char === undefined
    ? 'unexpected EOF'
    : `invalid character '${JSON.stringify(char).slice(1, -1)}' ${where}`;
}

/** The fields of an object by their names in whatever case; throws when one has another type. Null is absence. */
export function decode<S extends Shape>(value: unknown, shape: S, what: Named): Decoded<S> {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw badBody(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${what.type}`);
  }
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  const decoded: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const name = names.get(key.toLowerCase());
    if (name === undefined || field === null) continue;
    const kind = shape[name];
    if (kind === undefined || !fits(field, kind)) {
      const given =
        typeof field === 'number' && (kind === 'int64' || kind === 'int') ? `number ${field}` : kindOf(field);
      const typeName = (name === 'attributes' && what.attributes) || kind;
      throw badBody(
        `json: cannot unmarshal ${given} into Go struct field ${what.field}.${name} of type ${typeName}`,
      );
    }
    decoded[name] = field;
  }
  return decoded as Decoded<S>;
}

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
    case 'int64':
      return Number.isSafeInteger(value);
    case 'float32':
      return typeof value === 'number';
    case 'object':
      return typeof value === 'object' && !Array.isArray(value);
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
