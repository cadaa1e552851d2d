import { StormglassError } from '../../../contract/errors.ts';

/** A search as Jaeger means it: all conditions hold for one and the same span. Instants and durations in nanoseconds. */
export interface SpanSearch {
  service: string;
  operation: string;
  attributes: [key: string, value: string][];
  from: bigint;
  to: bigint;
  minDuration: bigint | null;
  maxDuration: bigint | null;
  limit: number;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const MAX_ATTRIBUTES = 20;
/** Jaeger's own default of its older API, two days. */
const LOOKBACK_NS = 172_800_000_000_000n;

/** Newest spelling first; Jaeger keeps the older ones. */
const NAMES = {
  service: ['query.serviceName', 'query.service_name'],
  operation: ['query.operationName', 'query.operation_name'],
  attributes: ['query.attributes'],
  from: ['query.startTimeMin', 'query.start_time_min'],
  to: ['query.startTimeMax', 'query.start_time_max'],
  limit: ['query.searchDepth', 'query.search_depth', 'query.num_traces'],
  minDuration: ['query.durationMin', 'query.duration_min'],
  maxDuration: ['query.durationMax', 'query.duration_max'],
  rawTraces: ['query.rawTraces', 'query.raw_traces'],
} as const;
/** Each would change the answer, so it is refused and never ignored. */
const NOT_SERVED = ['query.filter', 'query.pagination.pageSize', 'query.pagination.pageToken'];

function malformed(name: string, why: string): StormglassError {
  return new StormglassError('invalid_request', `malformed parameter ${name}: ${why}`, 'Correct it.');
}

/** The first of several spellings that has a value, and its name for messages. */
export function pickParam(query: URLSearchParams, names: readonly string[]): [value: string, name: string] {
  for (const name of names) {
    const value = query.get(name) ?? '';
    if (value !== '') return [value, name];
  }
  return ['', names[0] ?? ''];
}

/** Parameters of `/api/v3/traces` and `/api/v3/trace-summaries`. */
export function parseSearch(query: URLSearchParams): SpanSearch {
  for (const name of NOT_SERVED) {
    if (query.get(name)) throw malformed(name, 'structured filters and pages are not served here');
  }
  const from = pickParam(query, NAMES.from);
  const to = pickParam(query, NAMES.to);
  if (from[0] === '' || to[0] === '') {
    throw new StormglassError(
      'invalid_request',
      `${NAMES.from[0]} and ${NAMES.to[0]} are required`,
      'Send both as RFC 3339.',
    );
  }
  // What is stored is returned as it is, whether that is asked for or not.
  booleanOf(...pickParam(query, NAMES.rawTraces));
  return {
    service: pickParam(query, NAMES.service)[0],
    operation: pickParam(query, NAMES.operation)[0],
    attributes: attributesOf(...pickParam(query, NAMES.attributes)),
    from: instantOf(...from),
    to: instantOf(...to),
    minDuration: durationOf(...pickParam(query, NAMES.minDuration)),
    maxDuration: durationOf(...pickParam(query, NAMES.maxDuration)),
    limit: limitOf(...pickParam(query, NAMES.limit)),
  };
}

/** Parameters of the older `/api/traces`: microseconds, `tags` as JSON and `tag` as `key:value`. */
export function parseLegacySearch(query: URLSearchParams, nowMs: number): SpanSearch {
  const to = query.get('end') ? micros(query, 'end') : BigInt(nowMs) * 1_000_000n;
  const tags = query.getAll('tag').map((tag): [string, string] => {
    const colon = tag.indexOf(':');
    if (colon < 1) throw malformed('tag', `expecting key:value, received ${tag}`);
    return [tag.slice(0, colon), tag.slice(colon + 1)];
  });
  return {
    service: query.get('service') ?? '',
    operation: query.get('operation') ?? '',
    attributes: [...attributesOf(query.get('tags') ?? '', 'tags'), ...tags],
    from: query.get('start') ? micros(query, 'start') : to - LOOKBACK_NS,
    to,
    minDuration: durationOf(query.get('minDuration') ?? '', 'minDuration'),
    maxDuration: durationOf(query.get('maxDuration') ?? '', 'maxDuration'),
    limit: limitOf(query.get('limit') ?? '', 'limit'),
  };
}

function micros(query: URLSearchParams, name: string): bigint {
  const text = query.get(name) ?? '';
  if (!/^\d{1,16}$/.test(text)) throw malformed(name, 'not microseconds since 1970');
  return BigInt(text) * 1000n;
}

/** RFC 3339 with up to nine digits of a second. A `+` that came unescaped reads as a space. */
export function instantOf(text: string, name: string): bigint {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+ -]\d\d:\d\d)$/i.exec(text);
  const zone = match?.[3]?.replace(' ', '+').toUpperCase();
  const ms = Date.parse(`${match?.[1]}${zone}`);
  if (match === null || Number.isNaN(ms)) throw malformed(name, `${text} is no RFC 3339 time`);
  return BigInt(ms) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

const UNIT_NS: Record<string, number> = {
  ...{ ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 },
};

/** Go's format: `1.5s`, `100ms`, `1m30s`; `0` needs no unit. */
function durationOf(text: string, name: string): bigint | null {
  if (text === '') return null;
  if (text === '0') return 0n;
  if (!/^(\d+(\.\d*)?(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) throw malformed(name, `${text} is no duration`);
  const parts = text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)/g);
  let total = 0;
  for (const [, value, unit] of parts) total += Number(value) * (UNIT_NS[unit ?? ''] ?? 0);
  return BigInt(Math.round(total));
}

function limitOf(text: string, name: string): number {
  if (text === '') return DEFAULT_LIMIT;
  if (!/^\d{1,9}$/.test(text)) throw malformed(name, `${text} is no count`);
  return Math.min(MAX_LIMIT, Number(text) || DEFAULT_LIMIT);
}

export function booleanOf(text: string, name: string): void {
  if (!/^(|1|t|true|0|f|false)$/i.test(text)) throw malformed(name, `${text} is neither true nor false`);
}

function attributesOf(text: string, name: string): [string, string][] {
  if (text === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformed(name, 'not JSON');
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw malformed(name, 'not a JSON object of texts');
  const entries = Object.entries(parsed);
  if (entries.length > MAX_ATTRIBUTES) throw malformed(name, `more than ${MAX_ATTRIBUTES} attributes`);
  return entries.map(([key, value]) => {
    if (typeof value !== 'string') throw malformed(name, `the value of ${key} is no text`);
    return [key, value];
  });
}

/** 64 or 128 bits of hex, as 32 digits. */
export function traceIdOf(text: string): string {
  if (!/^[0-9a-f]{1,32}$/i.test(text)) throw malformed('trace_id', `${text.slice(0, 100)} is no trace id`);
  return text.toLowerCase().padStart(32, '0');
}
