import type { TextMap } from '../../queries/stored-span.ts';
import { byOrigin, counted, type OriginRow, originColumns } from './groups.ts';
import { anyValue, keyValues } from './values.ts';

export interface LogRow extends OriginRow {
  atNs: string;
  observedNs: string;
  traceId: string;
  spanId: string;
  flags: number;
  severity: string;
  severityNumber: number;
  body: string;
  bodyType: string;
  eventName: string;
  attributes: TextMap;
  types: TextMap;
  dropped: number;
}

/** Columns of otel_logs as a LogRow. */
export const LOG_COLUMNS = `toString(toUnixTimestamp64Nano(Timestamp)) AS atNs,
  toString(toUnixTimestamp64Nano(ObservedTimestamp)) AS observedNs, TraceId AS traceId, SpanId AS spanId, Flags AS flags,
  SeverityText AS severity, SeverityNumber AS severityNumber, Body AS body, BodyType AS bodyType, EventName AS eventName,
  LogAttributes AS attributes, LogAttributeTypes AS types, DroppedAttributesCount AS dropped, ${originColumns()}`;

/** Stored log records, the events among them, as OTLP JSON again. */
export function toResourceLogs(rows: readonly LogRow[]): object[] {
  return byOrigin(rows, (of) => of.map(toRecord)).map(({ scopes, ...group }) => ({
    ...group,
    scopeLogs: scopes.map(({ items, ...scope }) => ({ ...scope, logRecords: items })),
  }));
}

function toRecord(row: LogRow): object {
  return {
    timeUnixNano: row.atNs,
    observedTimeUnixNano: row.observedNs,
    severityNumber: row.severityNumber,
    ...(row.severity === '' ? {} : { severityText: row.severity }),
    ...(row.bodyType === 'n' ? {} : { body: anyValue(row.body, row.bodyType) }),
    attributes: keyValues(row.attributes, row.types),
    ...(row.eventName === '' ? {} : { eventName: row.eventName }),
    ...(row.traceId === '' ? {} : { traceId: row.traceId }),
    ...(row.spanId === '' ? {} : { spanId: row.spanId }),
    ...counted('flags', row.flags),
    ...counted('droppedAttributesCount', row.dropped),
  };
}
