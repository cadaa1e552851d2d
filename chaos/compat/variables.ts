import { get } from './py/access.ts';
import { convert } from './py/convert.ts';
import { PyError } from './py/error.ts';
import { parseJson } from './py/json.ts';
import { type Dict, isDict, truthy, type Value } from './py/value.ts';
import { parseYaml } from './yaml/load.ts';

/** `name[:type]=value`, as often as given. */
export function variablesOf(words: readonly string[]): Dict {
  return new Map(words.map(variable));
}

function variable(word: string): [Value, Value] {
  const at = word.indexOf('=');
  if (at === -1) throw new PyError('ValueError', 'not enough values to unpack (expected 2, got 1)');
  const [left, value] = [word.slice(0, at), word.slice(at + 1)];
  const colon = left.lastIndexOf(':');
  if (colon === -1) return [left, value];
  return [left.slice(0, colon), convert(left.slice(colon + 1), value)];
}

/** Values for the configuration and the secrets, and variables for the environment. */
export interface VariableFile {
  configuration: Dict;
  secrets: Dict;
  env: [string, string][];
}

/** A file of variables: YAML or JSON with `configuration` and `secrets`, else lines of `NAME=value`. */
export function readVariableFile(name: string, text: string): VariableFile {
  const data = dataOf(name, text);
  if (!truthy(data)) return { configuration: new Map(), secrets: new Map(), env: linesOf(text) };
  const part = (key: string): Dict => {
    const found = get(data, key, new Map());
    return isDict(found) ? found : new Map();
  };
  return { configuration: part('configuration'), secrets: part('secrets'), env: [] };
}

function dataOf(name: string, text: string): Value {
  if (/\.ya?ml$/.test(name)) return parseYaml(text);
  return name.endsWith('.json') ? parseJson(text) : null;
}

function linesOf(text: string): [string, string][] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf('=');
      if (at === -1) throw new PyError('ValueError', 'not enough values to unpack (expected 2, got 1)');
      return [line.slice(0, at), line.slice(at + 1)];
    });
}
