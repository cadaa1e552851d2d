import { type SpanRow, toResourceSpans } from '../otlp/spans.ts';
import type { AnyValue, KeyValue } from '../otlp/values.ts';

/** The trace of Jaeger's older JSON API: microseconds, tags, and one process for each resource. */
export interface LegacyTrace {
  traceID: string;
  spans: LegacySpan[];
  processes: Record<string, { serviceName: string; tags: Tag[] }>;
  warnings: null;
}

interface LegacySpan {
  traceID: string;
  spanID: string;
  flags: number;
  operationName: string;
  references: { refType: 'CHILD_OF' | 'FOLLOWS_FROM'; traceID: string; spanID: string }[];
  startTime: number;
  duration: number;
  tags: Tag[];
  logs: { timestamp: number; fields: Tag[] }[];
  processID: string;
  warnings: null;
}

interface Tag {
  key: string;
  type: 'string' | 'bool' | 'int64' | 'float64' | 'binary';
  value: string | number | boolean;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const SAMPLED = 1;

/** Rows of several traces, as `spansOf` gives them; the traces come in the order of `ids`. */
export function toLegacy(ids: readonly string[], rows: readonly SpanRow[]): LegacyTrace[] {
  const byTrace = Map.groupBy(rows, (row) => row.traceId);
  return ids.flatMap((id) => {
    const spans = byTrace.get(id);
    return spans === undefined ? [] : [traceOf(id, spans)];
  });
}

function traceOf(traceID: string, rows: readonly SpanRow[]): LegacyTrace {
  const trace: LegacyTrace = { traceID, spans: [], processes: {}, warnings: null };
  for (const [i, { resource, scopeSpans }] of toResourceSpans(rows).entries()) {
    const processID = `p${i + 1}`;
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value;
    trace.processes[processID] = {
      serviceName: String(service === undefined ? '' : tagOf('', service).value),
      tags: tagsOf(resource.attributes.filter(({ key }) => key !== 'service.name')),
    };
    for (const { scope, spans } of scopeSpans)
      for (const span of spans) {
        const start = BigInt(span.startTimeUnixNano);
        const end = BigInt(span.endTimeUnixNano);
        trace.spans.push({
          traceID,
          spanID: span.spanId,
          flags: SAMPLED,
          operationName: span.name,
          references: referencesOf(traceID, span),
          startTime: micros(start),
          duration: end > start ? micros(end - start) : 0,
          tags: [
            ...tagsOf(span.attributes),
            ...scopeTags(scope),
            ...(span.kind === 0 ? [] : [text('span.kind', KINDS[span.kind] ?? '')]),
            ...statusTags(span.status),
          ],
          logs: (span.events ?? []).map((event) => ({
            timestamp: micros(BigInt(event.timeUnixNano)),
            fields: [text('event', event.name), ...tagsOf(event.attributes)],
          })),
          processID,
          warnings: null,
        });
      }
  }
  return trace;
}

type Span = ReturnType<typeof toResourceSpans>[number]['scopeSpans'][number]['spans'][number];

function referencesOf(traceID: string, span: Span): LegacySpan['references'] {
  const parent = span.parentSpanId;
  return [
    ...(parent === undefined ? [] : [{ refType: 'CHILD_OF' as const, traceID, spanID: parent }]),
    ...(span.links ?? []).map((link) => ({
      refType: 'FOLLOWS_FROM' as const,
      traceID: link.traceId,
      spanID: link.spanId,
    })),
  ];
}

function scopeTags(scope: { name?: string; version?: string }): Tag[] {
  return [
    ...(scope.name === undefined ? [] : [text('otel.scope.name', scope.name)]),
    ...(scope.version === undefined ? [] : [text('otel.scope.version', scope.version)]),
  ];
}

function statusTags({ code, message }: Span['status']): Tag[] {
  const described = message === undefined ? [] : [text('otel.status_description', message)];
  if (code === 1) return [text('otel.status_code', 'OK'), ...described];
  if (code !== 2) return described;
  return [text('otel.status_code', 'ERROR'), { key: 'error', type: 'bool', value: true }, ...described];
}

const micros = (ns: bigint) => Number(ns / 1000n);
const text = (key: string, value: string): Tag => ({ key, type: 'string', value });
const tagsOf = (attributes: readonly KeyValue[]) => attributes.map(({ key, value }) => tagOf(key, value));

function tagOf(key: string, value: AnyValue): Tag {
  if ('stringValue' in value) return { key, type: 'string', value: value.stringValue };
  if ('boolValue' in value) return { key, type: 'bool', value: value.boolValue };
  if ('doubleValue' in value) return { key, type: 'float64', value: value.doubleValue };
  if ('bytesValue' in value) return { key, type: 'binary', value: value.bytesValue };
  if ('intValue' in value) {
    const number = Number(value.intValue);
    // What a number cannot hold stays exact as text.
    return { key, type: 'int64', value: Number.isSafeInteger(number) ? number : value.intValue };
  }
  return { key, type: 'string', value: JSON.stringify(plain(value)) };
}

/** Lists and maps as JSON, which is how Jaeger shows them. */
function plain(value: AnyValue): unknown {
  if ('arrayValue' in value) return value.arrayValue.values.map(plain);
  if ('kvlistValue' in value)
    return Object.fromEntries(value.kvlistValue.values.map((kv) => [kv.key, plain(kv.value)]));
  return Object.keys(value).length === 0 ? null : tagOf('', value).value;
}
