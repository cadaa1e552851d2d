import { z } from 'zod';

type Kind = 'number' | 'boolean' | 'text';
const kinds = new WeakMap<z.ZodType, Map<string, Kind>>();

/**
 * A query string as the object its schema wants: texts become numbers or booleans where the schema says so, and stay
 * as they are when they are none (the schema then says what is wrong). A name given twice keeps its last value.
 */
export function queryInput(search: URLSearchParams, schema: z.ZodType): Record<string, unknown> {
  const byName = kinds.get(schema) ?? readKinds(schema);
  const input: Record<string, unknown> = {};
  for (const [name, text] of search) input[name] = convert(text, byName.get(name) ?? 'text');
  return input;
}

function convert(text: string, kind: Kind): unknown {
  if (kind === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function readKinds(schema: z.ZodType): Map<string, Kind> {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const result = new Map<string, Kind>();
  for (const [name, field] of Object.entries(json.properties ?? {})) {
    const type = typeof field === 'object' ? field.type : undefined;
    if (type === 'number' || type === 'integer') result.set(name, 'number');
    else if (type === 'boolean') result.set(name, 'boolean');
  }
  kinds.set(schema, result);
  return result;
}
