import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml';
import { PyError } from '../py/error.ts';
import { type Dict, isDict, typeName, type Value } from '../py/value.ts';
import { construct, tagOf, unknownTag } from './scalar.ts';

/** Reads YAML as PyYAML's `safe_load` does. */
export function parseYaml(text: string): Value {
  const documents = parseAllDocuments(text, { version: '1.1', schema: 'failsafe', uniqueKeys: false });
  if (!Array.isArray(documents)) return null;
  const [document, second] = documents;
  if (document === undefined) return null;
  const [error] = document.errors;
  if (error !== undefined) throw new PyError('ScannerError', inWordsOfPyYaml(error, text), { cause: error });
  if (second !== undefined) {
    throw new PyError(
      'ComposerError',
      'expected a single document in the stream\nbut found another document',
    );
  }
  return new Constructor(document).value(document.contents);
}

/** The commonest mistakes as PyYAML words them, the others as they come. */
function inWordsOfPyYaml(error: YAMLParseError, text: string): string {
  const [at] = error.pos;
  const line = text.slice(0, at).split('\n').length;
  const where = `\n  line ${line}, column ${at - text.lastIndexOf('\n', at - 1)}`;
  const noToken = (char: string) =>
    `while scanning for the next token\nfound character '${char}' that cannot start any token`;
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') return `mapping values are not allowed here${where}`;
  if (error.code === 'BAD_SCALAR_START') return `${noToken(text[at] ?? '')}${where}`;
  if (error.code === 'TAB_AS_INDENT') return `${noToken('\\t')}${where}`;
  if (error.message.includes('block-seq-ind')) return `sequence entries are not allowed here${where}`;
  return error.message;
}

const YAML = 'tag:yaml.org,2002:';

class Constructor {
  readonly #document: Document.Parsed;
  /** An alias is the very thing that its anchor names. */
  readonly #made = new Map<Node, Value>();

  constructor(document: Document.Parsed) {
    this.#document = document;
  }

  value(node: unknown): Value {
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) throw new PyError('ComposerError', `found undefined alias '${node.source}'`);
      return this.value(target);
    }
    if (isScalar(node)) return this.#scalar(node.source ?? String(node.value ?? ''), node.type, node.tag);
    if (!isMap(node) && !isSeq(node)) return null;
    const made = this.#made.get(node);
    if (made !== undefined) return made;
    if (isMap(node)) return this.#map(node);
    this.#known(node.tag, 'seq');
    const items: Value[] = [];
    this.#made.set(node, items);
    for (const item of node.items) items.push(this.value(item));
    return items;
  }

  #scalar(source: string, type: string | null | undefined, tag: string | undefined): Value {
    if (tag === undefined || tag === '!')
      return construct(type === 'PLAIN' || type == null ? tagOf(source) : 'str', source);
    if (!tag.startsWith(YAML)) throw unknownTag(tag);
    return construct(tag.slice(YAML.length), source);
  }

  #known(tag: string | undefined, wanted: string): void {
    if (tag !== undefined && tag !== `${YAML}${wanted}` && tag !== '!') throw unknownTag(tag);
  }

  #map(node: YAMLMap): Dict {
    this.#known(node.tag, 'map');
    const dict: Dict = new Map();
    this.#made.set(node, dict);
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) for (const [name, each] of this.#merged(value)) dict.set(name, each);
    }
    for (const { key, value } of node.items) {
      if (!isMergeKey(key)) dict.set(this.#key(key), this.value(value));
    }
    return dict;
  }

  #key(node: unknown): Value {
    if (isScalar(node) && node.type === 'PLAIN' && node.source === '=') return '=';
    const key = this.value(node);
    if (!Array.isArray(key) && !isDict(key)) return key;
    throw new PyError('ConstructorError', 'while constructing a mapping\nfound unhashable key');
  }

  /** What `<<` brings in; of several mappings the first that has a key wins. */
  #merged(node: unknown): [Value, Value][] {
    const value = this.value(node);
    if (isDict(value)) return [...value];
    const list = Array.isArray(value) ? value : [];
    if (Array.isArray(value) && list.every(isDict)) return list.toReversed().flatMap((each) => [...each]);
    const found = list.find((each) => !isDict(each)) ?? value;
    const message = `expected a mapping or list of mappings for merging, but found ${typeName(found)}`;
    throw new PyError('ConstructorError', message);
  }
}

const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && key.source === '<<' && key.type === 'PLAIN' && key.tag === undefined;
