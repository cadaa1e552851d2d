import { cells, seconds } from '../../queries/cells.ts';
import type { Store } from '../../queries/client.ts';

/** What there is to search for: services, their operations, who calls whom. */

export async function servicesOf(store: Store, signal?: AbortSignal): Promise<string[]> {
  const rows = await store.rows<{ service: string }>(
    `SELECT DISTINCT ServiceName AS service FROM otel_traces WHERE ServiceName != '' ORDER BY service LIMIT 10000`,
    {},
    signal,
  );
  return rows.map((row) => row.service);
}

export interface Operation {
  name: string;
  spanKind: string;
}

/** Span names of a service by kind; a span that says no kind is internal. */
export function operationsOf(
  store: Store,
  service: string,
  spanKind: string,
  signal?: AbortSignal,
): Promise<Operation[]> {
  return store.rows<Operation>(
    `SELECT DISTINCT SpanName AS name, if(SpanKind = 'Unspecified', 'internal', lower(SpanKind)) AS spanKind
     FROM otel_traces WHERE ServiceName = {service:String} AND ({kind:String} = '' OR spanKind = lower({kind:String}))
     ORDER BY name, spanKind LIMIT 10000`,
    { service, kind: spanKind },
    signal,
  );
}

export interface Dependency {
  parent: string;
  child: string;
  callCount: number;
}

/** Calls between services, from the client's side. */
export function dependenciesOf(
  store: Store,
  range: { from: number; to: number },
  signal?: AbortSignal,
): Promise<Dependency[]> {
  return store.rows<Dependency>(
    `SELECT Service AS parent, Peer AS child, toFloat64(sum(Calls)) AS callCount FROM ${cells(range, null)}
     WHERE Kind = 'client' AND Peer != ''
     GROUP BY parent, child ORDER BY parent, child LIMIT 10000`,
    seconds({ from: Math.max(0, range.from), to: Math.max(0, range.to) }),
    signal,
  );
}
