/** Stored spans as OTLP JSON again: 64-bit integers are decimal strings, ids hex, each value of its own type. */

export type AnyValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number | 'NaN' | 'Infinity' | '-Infinity' }
  | { boolValue: boolean }
  | { bytesValue: string }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | Record<string, never>;

export interface KeyValue {
  key: string;
  value: AnyValue;
}

export interface OtlpSpan {
  traceId: string;
  spanId: string;
  traceState?: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  events?: { timeUnixNano: string; name: string; attributes: KeyValue[] }[];
  links?: { traceId: string; spanId: string; traceState?: string; attributes: KeyValue[] }[];
  status: { code?: number; message?: string };
}

export interface ResourceSpans {
  resource: { attributes: KeyValue[] };
  scopeSpans: { scope: { name?: string; version?: string }; spans: OtlpSpan[] }[];
}

type TextMap = Record<string, string>;

export interface SpanRow {
  traceId: string;
  spanId: string;
  traceState: string;
  parentSpanId: string;
  name: string;
  kind: string;
  startNs: string;
  durationNs: string;
  endsBeforeStart: boolean;
  status: string;
  statusMessage: string;
  attributes: TextMap;
  types: TextMap;
  resource: TextMap;
  resourceTypes: TextMap;
  scopeName: string;
  scopeVersion: string;
  eventNs: string[];
  eventNames: string[];
  eventAttributes: TextMap[];
  eventTypes: TextMap[];
  linkTraceIds: string[];
  linkSpanIds: string[];
  linkStates: string[];
  linkAttributes: TextMap[];
  linkTypes: TextMap[];
}

/** Columns of otel_traces as a SpanRow. */
export const SPAN_COLUMNS = `TraceId AS traceId, SpanId AS spanId, TraceState AS traceState, ParentSpanId AS parentSpanId,
  SpanName AS name, SpanKind AS kind, toString(toUnixTimestamp64Nano(Timestamp)) AS startNs, toString(Duration) AS durationNs,
  EndsBeforeStart AS endsBeforeStart, StatusCode AS status, StatusMessage AS statusMessage, SpanAttributes AS attributes,
  SpanAttributeTypes AS types, ResourceAttributes AS resource, ResourceAttributeTypes AS resourceTypes,
  ScopeName AS scopeName, ScopeVersion AS scopeVersion,
  arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS eventNs, Events.Name AS eventNames,
  Events.Attributes AS eventAttributes, Events.AttributeTypes AS eventTypes, Links.TraceId AS linkTraceIds,
  Links.SpanId AS linkSpanIds, Links.TraceState AS linkStates, Links.Attributes AS linkAttributes,
  Links.AttributeTypes AS linkTypes`;

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUSES = ['Unset', 'Ok', 'Error'];

/** Groups rows by resource and scope, in the order in which they come. */
export function toResourceSpans(rows: readonly SpanRow[]): ResourceSpans[] {
  const resources = new Map<string, { group: ResourceSpans; scopes: Map<string, OtlpSpan[]> }>();
  for (const row of rows) {
    const resourceKey = JSON.stringify([row.resource, row.resourceTypes]);
    let found = resources.get(resourceKey);
    if (found === undefined) {
      const attributes = keyValues(row.resource, row.resourceTypes);
      found = { group: { resource: { attributes }, scopeSpans: [] }, scopes: new Map() };
      resources.set(resourceKey, found);
    }
    const scopeKey = JSON.stringify([row.scopeName, row.scopeVersion]);
    let spans = found.scopes.get(scopeKey);
    if (spans === undefined) {
      spans = [];
      found.scopes.set(scopeKey, spans);
      const scope = {
        ...(row.scopeName === '' ? {} : { name: row.scopeName }),
        ...(row.scopeVersion === '' ? {} : { version: row.scopeVersion }),
      };
      found.group.scopeSpans.push({ scope, spans });
    }
    spans.push(toSpan(row));
  }
  return [...resources.values()].map(({ group }) => group);
}

function toSpan(row: SpanRow): OtlpSpan {
  const code = STATUSES.indexOf(row.status);
  return {
    traceId: row.traceId,
    spanId: row.spanId,
    ...(row.traceState === '' ? {} : { traceState: row.traceState }),
    ...(row.parentSpanId === '' ? {} : { parentSpanId: row.parentSpanId }),
    name: row.name,
    kind: Math.max(0, KINDS.indexOf(row.kind)),
    startTimeUnixNano: row.startNs,
    endTimeUnixNano: endOf(row),
    attributes: keyValues(row.attributes, row.types),
    ...(row.eventNs.length === 0 ? {} : { events: eventsOf(row) }),
    ...(row.linkTraceIds.length === 0 ? {} : { links: linksOf(row) }),
    status: {
      ...(code > 0 ? { code } : {}),
      ...(row.statusMessage === '' ? {} : { message: row.statusMessage }),
    },
  };
}

/** Of a span that ended before it started only this fact is stored; the smallest such end tells it again. */
function endOf(row: SpanRow): string {
  const end = BigInt(row.startNs) + BigInt(row.durationNs);
  return String(row.endsBeforeStart ? end - 1n : end);
}

function eventsOf(row: SpanRow): NonNullable<OtlpSpan['events']> {
  return row.eventNs.map((timeUnixNano, i) => ({
    timeUnixNano,
    name: row.eventNames[i] ?? '',
    attributes: keyValues(row.eventAttributes[i] ?? {}, row.eventTypes[i] ?? {}),
  }));
}

function linksOf(row: SpanRow): NonNullable<OtlpSpan['links']> {
  return row.linkTraceIds.map((traceId, i) => {
    const traceState = row.linkStates[i] ?? '';
    return {
      traceId,
      spanId: row.linkSpanIds[i] ?? '',
      ...(traceState === '' ? {} : { traceState }),
      attributes: keyValues(row.linkAttributes[i] ?? {}, row.linkTypes[i] ?? {}),
    };
  });
}

function keyValues(values: TextMap, types: TextMap): KeyValue[] {
  return Object.entries(values).map(([key, text]) => ({ key, value: anyValue(text, types[key] ?? '') }));
}

/** By the type tags of store/flat.ts. */
function anyValue(text: string, tag: string): AnyValue {
  switch (tag) {
    case 'i':
      return { intValue: text };
    case 'd':
      return { doubleValue: doubleOf(text) };
    case 'b':
      return { boolValue: text === 'true' };
    case 'y':
      return { bytesValue: text };
    case 'n':
      return {};
    case 'j':
      return nested(JSON.parse(text, keepDigits));
    default:
      return { stringValue: text };
  }
}

function doubleOf(text: string): number | 'NaN' | 'Infinity' | '-Infinity' {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  if (/nan/i.test(text)) return 'NaN';
  return text.startsWith('-') ? '-Infinity' : 'Infinity';
}

/** A number of a list or map as it was written: without a point it was an integer, of up to 64 bits. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? new Digits(context?.source ?? String(value)) : value;
}

function nested(value: unknown): AnyValue {
  if (value instanceof Digits)
    return /^-?\d+$/.test(value.text) ? { intValue: value.text } : { doubleValue: Number(value.text) };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(nested) } };
  if (value === null || typeof value !== 'object') return {};
  const values = Object.entries(value).map(([key, inner]) => ({ key, value: nested(inner) }));
  return { kvlistValue: { values } };
}
