import { PyError } from './error.ts';
import { parseJson } from './json.ts';
import { toFloat, toInt } from './number.ts';
import { typeName, type Value } from './value.ts';

/** A value as the type that a variable asks for: `--var count:int=3`, `env_var_type: json`. */
export function convert(type: Value, value: Value): Value {
  switch (type) {
    case null:
    case 'str':
    case 'string':
      return value;
    case 'int':
    case 'integer':
      return toInt(value);
    case 'float':
    case 'number':
      return toFloat(value);
    case 'bytes':
      return new TextEncoder().encode(text(value, 'encode'));
    case 'bool':
      if (typeof value === 'boolean') return value;
      return !['false', '0', 'no'].includes(text(value, 'lower').toLowerCase());
    case 'json':
      return typeof value === 'string' && value !== '' ? parseJson(value) : value;
    default:
      throw new PyError('ValueError', 'variable type can only be: bool, str, int, float, bytes or json');
  }
}

function text(value: Value, method: string): string {
  if (typeof value === 'string') return value;
  throw new PyError('AttributeError', `'${typeName(value)}' object has no attribute '${method}'`);
}
