import type { JsonSchema } from '../../../live/json-schema.ts';
import { discriminatorOf } from '../schema.ts';

/** How a field is shown. */
export type FieldKind =
  | 'choice'
  | 'variants'
  | 'tolerance'
  | 'number'
  | 'boolean'
  | 'text'
  | 'long'
  | 'words'
  | 'list'
  | 'group'
  | 'json';

const LONG = ['description', 'story', 'reason', 'hurts'];

export function kindOf(key: string, schema: JsonSchema): FieldKind {
  if (discriminatorOf(schema) !== null) return 'variants';
  if (schema.anyOf) return schema.anyOf.some(({ properties }) => properties?.range) ? 'tolerance' : 'json';
  if (schema.enum) return 'choice';
  switch (schema.type) {
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return schema.long === true || LONG.includes(key) ? 'long' : 'text';
    case 'array':
      return kindOfItems(schema);
    case 'object':
      return schema.properties ? 'group' : 'json';
    default:
      return 'json';
  }
}

function kindOfItems({ items }: JsonSchema): FieldKind {
  if (!items) return 'json';
  if (items.properties || items.oneOf) return 'list';
  return items.type === 'string' ? 'words' : 'json';
}
