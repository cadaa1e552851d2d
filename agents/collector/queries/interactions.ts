import type { Interactions } from '../../contract/figures.ts';
import { cells, seconds } from './cells.ts';
import { bounds, LIMITS, type Range, type Store, within } from './client.ts';

/** Spans the chain is looked for in; above it a part of the traces is read. */
const MAX_SPANS_READ = 50_000;

/**
 * How much of what services say to each other waits for an answer, and the longest line of services that wait. Who
 * neither serves nor takes a message is a client of the system (a load generator, a browser), not a service of it.
 */
export async function interactions(store: Store, range: Range, signal?: AbortSignal): Promise<Interactions> {
  const serving = `SELECT Service FROM ${cells(range, null)} WHERE Kind IN ('server', 'consumer')`;
  const [counted, chains] = await Promise.all([
    store.rows<{ synchronous: number; asynchronous: number }>(
      `SELECT sumIf(Calls, Kind = 'client' AND Peer IN (${serving})) AS synchronous,
        sumIf(Calls, Kind = 'producer') AS asynchronous
      FROM ${cells(range, null)} WHERE Service IN (${serving})`,
      seconds(range),
      signal,
      LIMITS.figures,
    ),
    longestChain(store, range, signal),
  ]);
  const { synchronous, asynchronous } = counted[0] ?? { synchronous: 0, asynchronous: 0 };
  const all = synchronous + asynchronous;
  return { synchronous, asynchronous, synchronousRatio: all === 0 ? null : synchronous / all, ...chains };
}

interface Link {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  service: string;
  kind: string;
}

const SERVES: ReadonlySet<string> = new Set(['Server', 'Consumer']);

async function longestChain(store: Store, range: Range, signal?: AbortSignal) {
  const [total] = await store.rows<{ spans: number; traces: number }>(
    `SELECT count() AS spans, uniq(TraceId) AS traces FROM otel_traces WHERE ${within('Timestamp')}`,
    bounds(range),
    signal,
    LIMITS.figures,
  );
  const { spans, traces } = total ?? { spans: 0, traces: 0 };
  const oneIn = Math.max(1, Math.ceil(spans / MAX_SPANS_READ));
  const links = await store.rows<Link>(
    `SELECT TraceId AS traceId, SpanId AS spanId, ParentSpanId AS parentSpanId, ServiceName AS service, SpanKind AS kind
      FROM otel_traces WHERE ${within('Timestamp')} AND cityHash64(TraceId) % {oneIn:UInt32} = 0 LIMIT ${2 * MAX_SPANS_READ}`,
    { ...bounds(range), oneIn },
    signal,
    LIMITS.scan,
  );
  const byId = new Map(links.map((link) => [`${link.traceId}${link.spanId}`, link]));
  const serving = new Set(links.filter((l) => SERVES.has(l.kind)).map((l) => l.service));
  let longest: string[] = [];
  let longestChainTraceId = '';
  for (const link of links) {
    const chain = waitingChain(link, byId).filter((service) => serving.has(service));
    if (chain.length <= longest.length) continue;
    longest = chain;
    longestChainTraceId = link.traceId;
  }
  const tracesRead = new Set(links.map((link) => link.traceId)).size;
  return { longestChain: longest, longestChainTraceId, traces, tracesRead, oneIn };
}

/** Services from the first that waits down to this span's: nobody waits for a message to be handled. */
function waitingChain(link: Link, byId: ReadonlyMap<string, Link>): string[] {
  const services = [link.service];
  const seen = new Set([link]);
  for (let at = link; at.kind !== 'Consumer'; ) {
    const parent = byId.get(`${at.traceId}${at.parentSpanId}`);
    if (parent === undefined || parent.kind === 'Producer' || seen.has(parent)) break;
    if (parent.service !== services[0]) services.unshift(parent.service);
    seen.add(parent);
    at = parent;
  }
  return services;
}
