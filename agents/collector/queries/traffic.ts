import type {
  CallFigures,
  Delta,
  MapSearch,
  RedAnswer,
  RedSearch,
  RedSeries,
  ServiceMap,
} from '../../contract/figures.ts';
import { mergeSketches, quantile, type Sketch } from '../../contract/sketch.ts';
import { Binder } from './binder.ts';
import { cells, seconds } from './cells.ts';
import { LIMITS, type Range, type Store } from './client.ts';

/** Points of one answer: the step grows until the range fits. */
const MAX_POINTS = 300;
const EMPTY: Totals = { calls: 0, errors: 0, receipts: 0, durations: [] };

interface Totals {
  calls: number;
  errors: number;
  receipts: number;
  durations: Sketch;
}
export type StoredTotals = Omit<Totals, 'durations'> & { durations: Record<string, number> };
interface Key {
  kind: RedSeries['kind'];
  service: string;
  peer: string;
  operation: string;
}

/** Of cells, as StoredTotals. */
export const SUMS = `sum(Calls) AS calls, sum(Errors) AS errors, sum(Receipts) AS receipts, sumMap(Durations) AS durations`;

const sketch = (stored: Record<string, number>): Sketch =>
  Object.entries(stored)
    .map(([index, count]): [number, number] => [Number(index), count])
    .sort((a, b) => a[0] - b[0]);

function figures(of: Totals, lengthSeconds: number): CallFigures {
  const { calls, errors, receipts, durations } = of;
  return {
    ...{ calls, errors, receipts, rate: calls / lengthSeconds },
    errorRatio: calls === 0 ? null : errors / calls,
    ...{
      p50Ms: quantile(durations, 0.5),
      p95Ms: quantile(durations, 0.95),
      p99Ms: quantile(durations, 0.99),
    },
  };
}

function add(a: Totals, b: Totals): Totals {
  return {
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    receipts: a.receipts + b.receipts,
    durations: mergeSketches([a.durations, b.durations]),
  };
}

/** What one series is, in columns of the traffic table. */
const GROUPS = {
  service: { where: `Kind = 'server'`, peer: `''`, operation: `''` },
  operation: { where: `Kind = 'server'`, peer: `''`, operation: 'Operation' },
  edge: { where: `Kind != 'server'`, peer: 'Peer', operation: `''` },
} as const;

/** Above so many seconds a step nobody asked for is whole minutes: their cells are there (cells.ts), and few. */
const FINE_STEP = 10;

function stepOf({ step }: RedSearch, length: number): number {
  const least = Math.ceil(length / MAX_POINTS);
  if (step !== undefined) return Math.max(step, least);
  return least > FINE_STEP ? Math.ceil(least / 60) * 60 : Math.max(1, least);
}

/** Rate, errors and durations over time, of the busiest services, operations or edges. */
export async function red(store: Store, search: RedSearch, signal?: AbortSignal): Promise<RedAnswer> {
  const { fromSecond, toSecond } = seconds(search);
  const step = stepOf(search, toSecond - fromSecond);
  const binder = new Binder();
  const group = GROUPS[search.by];
  const where = [
    group.where,
    ...(search.service === undefined ? [] : [`Service = ${binder.bind(search.service, 'String')}`]),
    ...(search.peer === undefined ? [] : [`Peer = ${binder.bind(search.peer, 'String')}`]),
    ...(search.operation === undefined ? [] : [`Operation = ${binder.bind(search.operation, 'String')}`]),
  ].join(' AND ');
  const columns = `Kind AS kind, Service AS service, ${group.peer} AS peer, ${group.operation} AS operation`;
  const params = { ...binder.params, fromSecond, toSecond, step, limit: search.limit };
  const keys = await store.rows<Key & StoredTotals & { keys: number }>(
    `SELECT *, count() OVER () AS keys FROM (SELECT ${columns}, ${SUMS} FROM ${cells(search, null)} WHERE ${where}
      GROUP BY kind, service, peer, operation) ORDER BY calls DESC, service, peer, operation LIMIT {limit:UInt32}`,
    params,
    signal,
    LIMITS.figures,
  );
  const wanted = binder.bind(
    keys.map((k) => [k.kind, k.service, k.peer, k.operation].join('\n')),
    'Array(String)',
  );
  const points = await store.rows<Key & StoredTotals & { second: number }>(
    `SELECT intDiv(toUnixTimestamp(Second), {step:UInt32}) * {step:UInt32} AS second, ${columns}, ${SUMS}
      FROM ${cells(search, step)} WHERE ${where} AND concat(kind, '\\n', service, '\\n', peer, '\\n', operation) IN ${wanted}
      GROUP BY second, kind, service, peer, operation ORDER BY second, service, kind, peer, operation`,
    { ...params, ...binder.params },
    signal,
    LIMITS.figures,
  );
  const series = keys.map(({ durations, calls, errors, receipts, keys: _, ...key }) => ({
    ...key,
    total: figures({ calls, errors, receipts, durations: sketch(durations) }, toSecond - fromSecond),
    points: points
      .filter((p) => sameKey(p, key))
      .map((p) => ({ at: p.second * 1000, ...figures({ ...p, durations: sketch(p.durations) }, step) })),
  }));
  return { ...seriesRange(search, step), series, seriesCount: keys[0]?.keys ?? 0 };
}

const seriesRange = ({ from, to }: Range, stepSeconds: number) => ({ from, to, stepSeconds });

function sameKey(a: Key, b: Key): boolean {
  return a.service === b.service && a.operation === b.operation && a.peer === b.peer && a.kind === b.kind;
}

/** Of a range so long, without a group; nothing counted is zero. */
export function callFigures(stored: StoredTotals | undefined, lengthSeconds: number): CallFigures {
  return figures(
    stored === undefined ? EMPTY : { ...stored, durations: sketch(stored.durations) },
    lengthSeconds,
  );
}

type Edge = Omit<Key, 'operation'> & Totals;

/** Every service and edge of a range; `server` rows are what the services themselves served. */
async function edges(store: Store, range: Range, signal?: AbortSignal): Promise<Edge[]> {
  const rows = await store.rows<Omit<Key, 'operation'> & StoredTotals>(
    `SELECT Kind AS kind, Service AS service, Peer AS peer, ${SUMS} FROM ${cells(range, null)}
      GROUP BY kind, service, peer ORDER BY kind, service, peer`,
    seconds(range),
    signal,
    LIMITS.figures,
  );
  return rows.map((row) => ({ ...row, durations: sketch(row.durations) }));
}

type NodeKind = ServiceMap['nodes'][number]['kind'];
interface Side {
  length: number;
  nodes: Map<string, Totals & { kind: NodeKind; name: string }>;
  edges: Map<string, Edge>;
}

/** The service map of a range, and how it differs from that of another. */
export async function serviceMap(store: Store, search: MapSearch, signal?: AbortSignal): Promise<ServiceMap> {
  const { baseFrom, baseTo } = search;
  const compared = baseFrom !== undefined && baseTo !== undefined;
  const [now, base] = await Promise.all([
    side(store, search, signal),
    compared ? side(store, { from: baseFrom, to: baseTo }, signal) : null,
  ]);
  const names = union(now.nodes, base?.nodes);
  const keys = union(now.edges, base?.edges);
  return {
    nodes: names.map(([key, { name, kind }]) => ({ name, kind, ...compare(key, 'nodes', now, base) })),
    edges: keys.flatMap(([key, { kind, service, peer }]) =>
      kind === 'server' ? [] : [{ kind, service, peer, ...compare(key, 'edges', now, base) }],
    ),
  };
}

function union<T>(now: Map<string, T>, base: Map<string, T> | undefined): [string, T][] {
  return [...new Map([...(base ?? []), ...now])].sort(([a], [b]) => (a < b ? -1 : 1));
}

function compare(key: string, of: 'nodes' | 'edges', now: Side, base: Side | null) {
  const after = figures(now[of].get(key) ?? EMPTY, now.length);
  if (base === null) return { now: after, base: null, delta: null };
  const before = figures(base[of].get(key) ?? EMPTY, base.length);
  return { now: after, base: before, delta: difference(after, before) };
}

function difference(now: CallFigures, base: CallFigures): Delta {
  const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);
  return {
    rate: now.rate - base.rate,
    errorRatio: minus(now.errorRatio, base.errorRatio),
    p95Ms: minus(now.p95Ms, base.p95Ms),
  };
}

async function side(store: Store, range: Range, signal?: AbortSignal): Promise<Side> {
  const { fromSecond, toSecond } = seconds(range);
  const found = await edges(store, range, signal);
  const services = new Set(found.map((edge) => edge.service));
  const nodes: Side['nodes'] = new Map();
  const count = (kind: NodeKind, name: string, totals: Totals) => {
    const key = `${kind}|${name}`;
    nodes.set(key, { ...add(nodes.get(key) ?? EMPTY, totals), kind, name });
  };
  for (const edge of found) {
    count('service', edge.service, edge.kind === 'server' ? edge : EMPTY);
    // What a service served it counted itself; a message counts where it is sent.
    const own = edge.kind === 'client' && services.has(edge.peer);
    if (edge.peer !== '' && !own)
      count(peerKind(edge.kind), edge.peer, edge.kind === 'consumer' ? EMPTY : edge);
  }
  return {
    length: Math.max(1, toSecond - fromSecond),
    nodes,
    edges: new Map(found.map((e) => [`${e.kind}|${e.service}|${e.peer}`, e])),
  };
}

function peerKind(kind: Edge['kind']): NodeKind {
  if (kind === 'db') return 'database';
  return kind === 'producer' || kind === 'consumer' ? 'queue' : 'peer';
}
