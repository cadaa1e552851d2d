import type { Interactions } from '../../contract/figures.ts';
import { SEMCONV } from '../../contract/telemetry.ts';
import { cells, seconds } from './cells.ts';
import { bounds, LIMITS, type Range, type Store, within } from './client.ts';

/** Spans the chain is looked for in; above it a part of the traces is read. */
const MAX_SPANS_READ = 50_000;

/**
 * How much of what services say to each other waits for an answer, inside their own system and with others, and the
 * longest line of services that wait. Who neither serves nor takes a message is a client of the system (a load generator,
 * a browser), not a service of it.
 */
export async function interactions(store: Store, range: Range, signal?: AbortSignal): Promise<Interactions> {
  const [edges, sample] = await Promise.all([
    countEdges(store, range, signal),
    readLinks(store, range, signal),
  ]);
  const namespaces = new Map(sample.links.map((link) => [link.service, link.namespace]));
  const leaves = ({ service, peer }: Edge) => {
    const [own, other] = [namespaces.get(service) ?? '', namespaces.get(peer) ?? ''];
    return own !== '' && other !== '' && own !== other;
  };
  const waiting = edges.filter(({ kind }) => kind === 'client');
  const synchronous = total(waiting);
  const outward = total(waiting.filter(leaves));
  const asynchronous = total(edges) - synchronous;
  return {
    ...{ synchronous, asynchronous, outward },
    synchronousRatio: share(synchronous, asynchronous),
    insideRatio: share(synchronous - outward, asynchronous),
    ...longestChain(sample),
  };
}

const share = (waiting: number, asynchronous: number): number | null =>
  waiting + asynchronous === 0 ? null : waiting / (waiting + asynchronous);

interface Edge {
  service: string;
  peer: string;
  kind: 'client' | 'producer';
  calls: number;
}

const total = (edges: readonly Edge[]): number => edges.reduce((sum, { calls }) => sum + calls, 0);

function countEdges(store: Store, range: Range, signal?: AbortSignal): Promise<Edge[]> {
  const serving = `SELECT Service FROM ${cells(range, null)} WHERE Kind IN ('server', 'consumer')`;
  return store.rows<Edge>(
    `SELECT Service AS service, Peer AS peer, toString(Kind) AS kind, sum(Calls) AS calls FROM ${cells(range, null)}
      WHERE Service IN (${serving}) AND (Kind = 'producer' OR (Kind = 'client' AND Peer IN (${serving})))
      GROUP BY service, peer, kind`,
    seconds(range),
    signal,
    LIMITS.figures,
  );
}

interface Link {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  service: string;
  namespace: string;
  kind: string;
}

/** Spans of one trace in `oneIn`, chosen by their id. */
interface Sample {
  links: Link[];
  /** About how many the range has. */
  traces: number;
  oneIn: number;
}

async function readLinks(store: Store, range: Range, signal?: AbortSignal): Promise<Sample> {
  const [all] = await store.rows<{ spans: number; traces: number }>(
    `SELECT count() AS spans, uniq(TraceId) AS traces FROM otel_traces WHERE ${within('Timestamp')}`,
    bounds(range),
    signal,
    LIMITS.figures,
  );
  const { spans, traces } = all ?? { spans: 0, traces: 0 };
  const oneIn = Math.max(1, Math.ceil(spans / MAX_SPANS_READ));
  const links = await store.rows<Link>(
    `SELECT TraceId AS traceId, SpanId AS spanId, ParentSpanId AS parentSpanId, ServiceName AS service, SpanKind AS kind,
        ResourceAttributes['${SEMCONV.serviceNamespace}'] AS namespace
      FROM otel_traces WHERE ${within('Timestamp')} AND cityHash64(TraceId) % {oneIn:UInt32} = 0 LIMIT ${2 * MAX_SPANS_READ}`,
    { ...bounds(range), oneIn },
    signal,
    LIMITS.scan,
  );
  return { links, traces, oneIn };
}

const SERVES: ReadonlySet<string> = new Set(['Server', 'Consumer']);

function longestChain({ links, traces, oneIn }: Sample) {
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
