import type { JsonSchema } from '../../../live/json-schema.ts';
import { isRecord, resolved } from '../schema.ts';

/** The fields of a group: those that stand there or must, and those that may be added. */
export interface Fields {
  shown: { key: string; schema: JsonSchema; required: boolean }[];
  absent: string[];
}

/** In the order of the schema; `but` is left out, since the choice of a variant shows it. */
export function fieldsOf(schema: JsonSchema, value: unknown, but: string | null = null): Fields {
  const own = resolved(schema, value);
  const present = isRecord(value) ? value : {};
  const fields: Fields = { shown: [], absent: [] };
  for (const [key, child] of Object.entries(own.properties ?? {})) {
    if (key === but) continue;
    const required = own.required?.includes(key) ?? false;
    if (required || present[key] !== undefined) fields.shown.push({ key, schema: child, required });
    else fields.absent.push(key);
  }
  return fields;
}

/** A line that stands for an item that is closed: `latency on payments`. */
export function itemWords(item: unknown): { name: string; about: string } {
  if (!isRecord(item)) return { name: String(item), about: '' };
  const named = item.name ?? item.protection ?? item.id ?? item.type ?? 'item';
  return { name: String(named), about: aboutOf(item) };
}

function aboutOf({ type, provider, watch, query, service }: Record<string, unknown>): string {
  if (isRecord(provider)) {
    const spec = isRecord(provider.spec) ? provider.spec : {};
    const action = isRecord(spec.action) ? spec.action.type : undefined;
    return [type, provider.type, action].filter(Boolean).join(', ');
  }
  if (isRecord(watch)) return `watches ${watch.type}`;
  if (isRecord(query)) return `${query.metric} of ${query.service}`;
  return typeof service === 'string' ? service : '';
}
