import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { JsonSchema } from '../../live/json-schema.ts';
import { wordsOf } from './field-words.ts';
import type { Names } from './names.ts';
import { discriminatorOf, isRecord, type Path, resolved, schemaAt, valueAt, variantsOf } from './schema.ts';

/** What can be written at the cursor. */
export interface Offer {
  label: string;
  /** What is put in its place. */
  apply: string;
  kind: 'key' | 'value' | 'name';
  detail: string;
  info: string;
}

interface Spot {
  /** Where what is being written begins. */
  from: number;
  what: 'key' | 'value';
  /** Of the map that the key stands in, or of the value. */
  path: Path;
  value: unknown;
}

/** A word that no experiment has. */
const MARK = 'stormglass-cursor-here';
const VALUE = /(?:^|[\s{,[-])["']?([\w-]+)["']?: +([^\s#,{}[\]"'][^#,{}[\]"']*|)$/;
const KEY = /(?:^|[\s{,[])([\w-]*)$/;

/** Where in the document the cursor is. Null in a comment, or where nothing is known. */
export function spotAt(text: string, offset: number): Spot | null {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (/(^|\s)#/.test(line)) return null;
  const value = VALUE.exec(line);
  if (value) return marked(text, offset, value[2] ?? '', 'value');
  const key = KEY.exec(line);
  return key ? marked(text, offset, key[1] ?? '', 'key') : null;
}

function marked(text: string, offset: number, begun: string, what: 'key' | 'value'): Spot | null {
  const from = offset - begun.length;
  const after = text.slice(offset).replace(what === 'key' ? /^[\w-]*/ : /^[^\n#,}\]]*/, '');
  const mark = what === 'value' || /^["']?:/.test(after) ? MARK : `${MARK}: `;
  const document = parseDocument(`${text.slice(0, from)}${mark}${after}`, { prettyErrors: false });
  const path = pathOfMark(document.contents, []);
  if (path === null) return null;
  try {
    return { from, what, path, value: document.toJS() };
  } catch {
    // An alias that is being written.
    return null;
  }
}

function pathOfMark(node: unknown, path: Path): Path | null {
  if (isScalar(node)) return String(node.value).includes(MARK) ? path : null;
  if (isSeq(node)) return firstOf(node.items.map((item, at) => () => pathOfMark(item, [...path, at])));
  if (!isMap(node)) return null;
  return firstOf(
    node.items.map(({ key, value }) => () => {
      const name = isScalar(key) ? String(key.value) : '';
      return name === MARK ? path : pathOfMark(value, [...path, name]);
    }),
  );
}

function firstOf(tries: readonly (() => Path | null)[]): Path | null {
  for (const each of tries) {
    const found = each();
    if (found !== null) return found;
  }
  return null;
}

/** What the schema, and what is really there, has for that spot. */
export function offersAt(root: JsonSchema, spot: Spot, names: Names): Offer[] {
  const choice = schemaAt(root, spot.value, spot.path.slice(0, -1));
  if (spot.what === 'value' && choice && discriminatorOf(choice) === spot.path.at(-1)) {
    return variantsOf(choice).map(({ name }) => valueOffer(name, 'value'));
  }
  const schema = schemaAt(root, spot.value, spot.path);
  if (schema === null) return [];
  const isMapSpot = spot.what === 'key' && (schema.oneOf || schema.properties || schema.anyOf);
  return isMapSpot ? keyOffers(schema, spot) : valueOffers(schema, spot, names);
}

function keyOffers(schema: JsonSchema, { path, value }: Spot): Offer[] {
  const own = resolved(schema, valueAt(value, path));
  const there = valueAt(value, path);
  const present = isRecord(there) ? Object.keys(there) : [];
  const choice = discriminatorOf(own);
  if (choice !== null)
    return present.includes(choice) ? [] : [keyOffer(choice, { description: 'which one' }, true)];
  return Object.entries(own.properties ?? {})
    .filter(([key]) => !present.includes(key))
    .map(([key, child]) => keyOffer(key, child, own.required?.includes(key) ?? false));
}

function keyOffer(key: string, child: JsonSchema, required: boolean): Offer {
  const { unit, about } = wordsOf(key, child);
  const what = [required ? 'required' : '', unit].filter(Boolean).join(', ');
  return { label: key, apply: `${key}: `, kind: 'key', detail: what, info: about };
}

function valueOffers(schema: JsonSchema, { path, value }: Spot, names: Names): Offer[] {
  const key = String(path.findLast((part) => typeof part === 'string') ?? '');
  const around = valueAt(value, path.slice(0, -1));
  const fixed = fixedValues(schema).map((one) =>
    valueOffer(one, 'value', String(schema.default) === one ? 'when absent' : ''),
  );
  const real = names.of(key, isRecord(around) ? around : {}).map((name) => valueOffer(name, 'name', 'seen'));
  const all = [...fixed, ...real];
  return all.filter((one, at) => all.findIndex(({ label }) => label === one.label) === at);
}

const valueOffer = (label: string, kind: Offer['kind'], detail = ''): Offer => ({
  ...{ label, apply: label, kind, detail, info: '' },
});

function fixedValues(schema: JsonSchema): string[] {
  if (schema.enum) return schema.enum.map(String);
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.type === 'boolean') return ['true', 'false'];
  return schema.default === undefined || typeof schema.default === 'object' ? [] : [String(schema.default)];
}
