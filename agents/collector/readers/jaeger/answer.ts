import { StormglassError } from '../../../contract/errors.ts';
import type { Store } from '../../queries/client.ts';
import { toResourceSpans } from '../otlp/spans.ts';
import { spansOf } from '../spans.ts';
import { dependenciesOf, operationsOf, servicesOf } from './catalog.ts';
import { toLegacy } from './legacy.ts';
import { booleanOf, instantOf, parseLegacySearch, parseSearch, pickParam, traceIdOf } from './params.ts';
import { findTraceIds, summariesOf } from './search.ts';

export interface JaegerAnswer {
  status: number;
  body: unknown;
}

interface Request {
  store: Store;
  query: URLSearchParams;
  signal: AbortSignal | undefined;
}

/**
 * Jaeger's HTTP API on our store. `path` is the part after a base path: `/api/v3/...`, or `/api/...` of the older API
 * that Grafana and older Jaeger UIs use. Failures are answers too, in the shape of the API that was asked.
 */
export async function answerJaeger(
  store: Store,
  path: string,
  query: URLSearchParams,
  signal?: AbortSignal,
): Promise<JaegerAnswer> {
  const parts = path.split('/').slice(2).map(decoded);
  const request = { store, query, signal };
  const isNew = parts[0] === 'v3';
  try {
    const body = await (isNew ? v3(parts.slice(1), request) : legacy(parts, request));
    if (body !== null) return { status: 200, body };
    throw new StormglassError('not_found', isNew ? 'No traces found' : 'trace not found', 'Search again.');
  } catch (error) {
    if (!(error instanceof StormglassError)) throw error;
    return isNew ? failureV3(error) : failureLegacy(error);
  }
}

/** What is no UTF-8 in percent signs names nothing, and is looked for as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function failureV3({ status, message }: StormglassError): JaegerAnswer {
  return { status, body: { error: { httpCode: status, message } } };
}

function failureLegacy({ status, message }: StormglassError): JaegerAnswer {
  const errors = [{ code: status, msg: message }];
  return { status, body: { data: null, total: 0, limit: 0, offset: 0, errors } };
}

/** Null: there is no such trace. */
async function v3([resource, id, ...rest]: string[], request: Request): Promise<unknown> {
  const { store, query, signal } = request;
  if (rest.length > 0 || (id !== undefined && resource !== 'traces')) throw unknownPath();
  switch (resource) {
    case 'services':
      return { services: await servicesOf(store, signal) };
    case 'operations': {
      const kind = pickParam(query, ['spanKind', 'span_kind'])[0];
      return { operations: await operationsOf(store, query.get('service') ?? '', kind, signal) };
    }
    case 'dependencies': {
      const range = { from: boundOf(query, 'start', 0), to: boundOf(query, 'end', Date.now()) };
      const calls = await dependenciesOf(store, range, signal);
      // A 64-bit integer, which JSON of protobuf writes as text.
      return { dependencies: calls.map((call) => ({ ...call, callCount: String(call.callCount) })) };
    }
    case 'traces': {
      if (id !== undefined) checkTraceParams(query);
      const ids = id === undefined ? await findTraceIds(store, parseSearch(query), signal) : [traceIdOf(id)];
      const rows = ids.length === 0 ? [] : await spansOf(store, ids, signal);
      return rows.length === 0 ? null : { result: { resourceSpans: byTrace(ids, rows) } };
    }
    case 'trace-summaries': {
      const ids = await findTraceIds(store, parseSearch(query), signal);
      return { summaries: await summariesOf(store, ids, signal) };
    }
    default:
      throw unknownPath();
  }
}

/** Resources are grouped within a trace only, newest trace first. */
function byTrace(ids: readonly string[], rows: Awaited<ReturnType<typeof spansOf>>) {
  const traces = Map.groupBy(rows, (row) => row.traceId);
  return ids.flatMap((id) => toResourceSpans(traces.get(id) ?? []));
}

/** A trace is found by its id alone; hints where to look are checked and not needed. */
function checkTraceParams(query: URLSearchParams): void {
  boundOf(query, 'start', 0);
  boundOf(query, 'end', 0);
  booleanOf(...pickParam(query, ['rawTraces', 'raw_traces']));
}

function boundOf(query: URLSearchParams, side: 'start' | 'end', fallback: number): number {
  const [text, name] = pickParam(query, [`${side}Time`, `${side}_time`]);
  return text === '' ? fallback : Number(instantOf(text, name) / 1_000_000n);
}

async function legacy(parts: string[], request: Request): Promise<unknown> {
  const { store, query, signal } = request;
  const name = parts[1] ?? '';
  const shape = parts.map((part, i) => (i === 1 ? '*' : part)).join('/');
  switch (shape) {
    case 'services':
      return list(await servicesOf(store, signal));
    case 'services/*/operations': {
      const found = await operationsOf(store, name, '', signal);
      return list([...new Set(found.map((operation) => operation.name))]);
    }
    case 'operations':
      return list(await operationsOf(store, query.get('service') ?? '', query.get('spanKind') ?? '', signal));
    case 'dependencies': {
      const to = Number(query.get('endTs')) || Date.now();
      const lookback = Number(query.get('lookback')) || 86_400_000;
      return list(await dependenciesOf(store, { from: to - lookback, to }, signal));
    }
    case 'traces': {
      const wanted = query.getAll('traceID').map(traceIdOf);
      const ids =
        wanted.length > 0 ? wanted : await findTraceIds(store, parseLegacySearch(query, Date.now()), signal);
      return list(ids.length === 0 ? [] : toLegacy(ids, await spansOf(store, ids, signal)));
    }
    case 'traces/*': {
      const ids = [traceIdOf(name)];
      const traces = toLegacy(ids, await spansOf(store, ids, signal));
      return traces.length === 0 ? null : list(traces);
    }
    default:
      throw unknownPath();
  }
}

function list(data: readonly unknown[]): unknown {
  return { data, total: data.length, limit: 0, offset: 0, errors: null };
}

function unknownPath(): StormglassError {
  return new StormglassError('not_found', 'there is no such path', 'See the Jaeger API.');
}
