export type TextMap = Record<string, string>;

/** What whoever reads spans wants of each: its own words, its resource, its events and links. */
export interface StoredSpan {
  spanId: string;
  parentSpanId: string;
  name: string;
  /** Epoch nanoseconds, and those of events. */
  startNs: string;
  statusMessage: string;
  attributes: TextMap;
  types: TextMap;
  resource: TextMap;
  resourceTypes: TextMap;
  eventNs: string[];
  eventNames: string[];
  eventAttributes: TextMap[];
  eventTypes: TextMap[];
  linkTraceIds: string[];
  linkSpanIds: string[];
  linkAttributes: TextMap[];
  linkTypes: TextMap[];
}

/** Columns of otel_traces as a StoredSpan. */
export const STORED_SPAN = `SpanId AS spanId, ParentSpanId AS parentSpanId, SpanName AS name,
  toString(toUnixTimestamp64Nano(Timestamp)) AS startNs, StatusMessage AS statusMessage, SpanAttributes AS attributes,
  SpanAttributeTypes AS types, ResourceAttributes AS resource, ResourceAttributeTypes AS resourceTypes,
  arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS eventNs, Events.Name AS eventNames,
  Events.Attributes AS eventAttributes, Events.AttributeTypes AS eventTypes, Links.TraceId AS linkTraceIds,
  Links.SpanId AS linkSpanIds, Links.Attributes AS linkAttributes, Links.AttributeTypes AS linkTypes`;
