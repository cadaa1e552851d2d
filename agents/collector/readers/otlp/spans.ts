import { STORED_SPAN, type StoredSpan } from '../../queries/stored-span.ts';
import {
  byOrigin,
  counted,
  MORE_ORIGIN_COLUMNS,
  type OriginRow,
  type Resource,
  type Scope,
} from './groups.ts';
import { type KeyValue, keyValues } from './values.ts';

/** Stored spans as OTLP JSON again, ids in hex. */

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
  events?: { timeUnixNano: string; name: string; attributes: KeyValue[]; droppedAttributesCount?: number }[];
  links?: OtlpLink[];
  status: { code?: number; message?: string };
  flags?: number;
  droppedAttributesCount?: number;
  droppedEventsCount?: number;
  droppedLinksCount?: number;
}

interface OtlpLink {
  traceId: string;
  spanId: string;
  traceState?: string;
  attributes: KeyValue[];
  flags?: number;
  droppedAttributesCount?: number;
}

export interface ResourceSpans {
  resource: Resource;
  schemaUrl?: string;
  scopeSpans: { scope: Scope; schemaUrl?: string; spans: OtlpSpan[] }[];
}

export interface SpanRow extends StoredSpan, OriginRow {
  traceId: string;
  traceState: string;
  kind: string;
  durationNs: string;
  endsBeforeStart: boolean;
  endsEarlyBy: string;
  status: string;
  flags: number;
  attributesDropped: number;
  eventsDropped: number;
  linksDropped: number;
  eventDropped: number[];
  linkStates: string[];
  linkFlags: number[];
  linkDropped: number[];
}

/** Columns of otel_traces as a SpanRow. */
export const SPAN_COLUMNS = `${STORED_SPAN}, ${MORE_ORIGIN_COLUMNS}, TraceId AS traceId, TraceState AS traceState,
  SpanKind AS kind, toString(Duration) AS durationNs, EndsBeforeStart AS endsBeforeStart,
  toString(EndsEarlyBy) AS endsEarlyBy, StatusCode AS status, Flags AS flags,
  DroppedAttributesCount AS attributesDropped, DroppedEventsCount AS eventsDropped, DroppedLinksCount AS linksDropped,
  Events.DroppedAttributesCount AS eventDropped, Links.TraceState AS linkStates, Links.Flags AS linkFlags,
  Links.DroppedAttributesCount AS linkDropped`;

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUSES = ['Unset', 'Ok', 'Error'];

/** Groups rows by resource and scope, in the order in which they come. */
export function toResourceSpans(rows: readonly SpanRow[]): ResourceSpans[] {
  return byOrigin(rows, (of) => of.map(toSpan)).map(({ scopes, ...group }) => ({
    ...group,
    scopeSpans: scopes.map(({ items, ...scope }) => ({ ...scope, spans: items })),
  }));
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
    ...counted('flags', row.flags),
    ...counted('droppedAttributesCount', row.attributesDropped),
    ...counted('droppedEventsCount', row.eventsDropped),
    ...counted('droppedLinksCount', row.linksDropped),
  };
}

/** Before version 8 of the tables it was not stored by how much; the smallest such end tells that it was so. */
function endOf(row: SpanRow): string {
  if (!row.endsBeforeStart) return String(BigInt(row.startNs) + BigInt(row.durationNs));
  const early = BigInt(row.endsEarlyBy);
  return String(BigInt(row.startNs) - (early === 0n ? 1n : early));
}

function eventsOf(row: SpanRow): NonNullable<OtlpSpan['events']> {
  return row.eventNs.map((timeUnixNano, i) => ({
    timeUnixNano,
    name: row.eventNames[i] ?? '',
    attributes: keyValues(row.eventAttributes[i] ?? {}, row.eventTypes[i] ?? {}),
    ...counted('droppedAttributesCount', row.eventDropped[i] ?? 0),
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
      ...counted('flags', row.linkFlags[i] ?? 0),
      ...counted('droppedAttributesCount', row.linkDropped[i] ?? 0),
    };
  });
}
