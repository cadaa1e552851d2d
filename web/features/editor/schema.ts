import type { JsonSchema } from '../../live/json-schema.ts';

export type Path = readonly (string | number)[];

/** One form of a choice, by what its discriminator says. */
export interface Variant {
  name: string;
  schema: JsonSchema;
}

/** The key whose constant tells the variants of a choice apart (`type`, `kind`); null where there is no choice. */
export function discriminatorOf({ oneOf }: JsonSchema): string | null {
  const first = oneOf?.[0]?.properties ?? {};
  const keys = Object.keys(first).filter((key) => first[key]?.const !== undefined);
  return keys.find((key) => oneOf?.every((one) => one.properties?.[key]?.const !== undefined)) ?? null;
}

export function variantsOf(schema: JsonSchema): Variant[] {
  const key = discriminatorOf(schema);
  if (key === null) return [];
  return (schema.oneOf ?? []).map((one) => ({ name: String(one.properties?.[key]?.const), schema: one }));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema as it is for this value: of a choice the variant that the value says it is, else the choice itself. */
export function resolved(schema: JsonSchema, value: unknown): JsonSchema {
  const key = discriminatorOf(schema);
  if (key !== null && isRecord(value)) {
    return variantsOf(schema).find(({ name }) => name === value[key])?.schema ?? schema;
  }
  if (schema.anyOf && isRecord(value)) return schema.anyOf.find(({ properties }) => properties) ?? schema;
  return schema;
}

/** The schema of one field or item; null when nothing is known there. */
export function childSchema(schema: JsonSchema, value: unknown, key: string | number): JsonSchema | null {
  const own = resolved(schema, value);
  if (typeof key === 'number') return own.items || null;
  return own.properties?.[key] ?? null;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return typeof key === 'number' ? at[key] : undefined;
    return isRecord(at) ? at[key] : undefined;
  }, value);
}

/** The schema at a path of a document; null when nothing is known there. */
export function schemaAt(root: JsonSchema, value: unknown, path: Path): JsonSchema | null {
  let schema: JsonSchema | null = root;
  for (const [depth, key] of path.entries()) {
    if (schema === null) return null;
    schema = childSchema(schema, valueAt(value, path.slice(0, depth)), key);
  }
  return schema;
}

/** `method[1].provider.type`, as the server names places. */
export function pathName(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

/** What stands there when somebody adds it: as little as the schema lets pass. */
export function initialOf(schema: JsonSchema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choice = schema.oneOf?.[0];
  if (choice) return initialOf(choice);
  // The form of a tolerance that means something everywhere.
  if (schema.anyOf)
    return schema.anyOf.some((one) => one.properties?.range) ? { type: 'range', range: [0, 1] } : '';
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((key) => [key, initialOf(schema.properties?.[key] ?? {})]),
      );
    case 'array':
      return schema.minItems && schema.items ? [initialOf(schema.items)] : [];
    case 'number':
    case 'integer':
      return Math.max(schema.minimum ?? 0, schema.exclusiveMinimum === undefined ? 0 : 1);
    case 'boolean':
      return false;
    default:
      return mayBeEmpty(schema) ? '' : 'unnamed';
  }
}

const mayBeEmpty = ({ minLength = 0, pattern }: JsonSchema): boolean =>
  minLength === 0 && (pattern === undefined || new RegExp(pattern).test(''));

/** Another variant of a choice, keeping what both have. */
export function asVariant(schema: JsonSchema, name: string, value: unknown): unknown {
  const variant = variantsOf(schema).find((one) => one.name === name)?.schema;
  if (!variant) return value;
  const fresh = initialOf(variant);
  if (!isRecord(fresh) || !isRecord(value)) return fresh;
  const kept = Object.entries(value).filter(
    ([key, old]) => key !== discriminatorOf(schema) && key in (variant.properties ?? {}) && !isRecord(old),
  );
  return { ...fresh, ...Object.fromEntries(kept) };
}
