import { criticalPath, type PathSpan } from '../../contract/critical-path.ts';
import type { TracePath } from '../../contract/trace.ts';
import { LIMITS, type Store, within } from './client.ts';
import { boundsOf } from './spans.ts';

const MAX_SPANS = 100_000;
/** Stretches of one answer; the shares of the services are made of all. */
const MAX_STEPS = 10_000;

type Row = PathSpan & { service: string; name: string };

/** The critical path of a trace of up to 100,000 spans; beyond, of its first ones, which the answer says. */
export async function tracePath(
  store: Store,
  traceId: string,
  signal?: AbortSignal,
): Promise<TracePath | null> {
  const id = traceId.toLowerCase();
  const bounds = await boundsOf(store, id, signal);
  if (bounds === null) return null;
  const { range } = bounds;
  const where = `TraceId = {id:String} AND ${within('Timestamp')}`;
  const [heads, rows] = await Promise.all([
    store.rows<{ startNs: string; spanCount: number }>(
      `SELECT toString(min(toUnixTimestamp64Nano(Timestamp))) AS startNs, count() AS spanCount FROM otel_traces WHERE ${where}`,
      { id, ...range },
      signal,
      LIMITS.lookup,
    ),
    store.rows<Row>(
      `WITH (SELECT min(toUnixTimestamp64Nano(Timestamp)) FROM otel_traces WHERE ${where}) AS start
      SELECT SpanId AS spanId, ParentSpanId AS parentSpanId, lower(SpanKind) AS kind, ServiceName AS service, SpanName AS name,
        toUnixTimestamp64Nano(Timestamp) - start AS offsetNs, Duration AS durationNs
      FROM otel_traces WHERE ${where} ORDER BY Timestamp, SpanId LIMIT ${MAX_SPANS}`,
      { id, ...range },
      signal,
      LIMITS.scan,
    ),
  ]);
  const head = heads[0];
  if (head === undefined || head.spanCount === 0) return null;
  const byId = new Map(rows.map((row) => [row.spanId, row]));
  const steps = criticalPath(rows).map(({ from, to, ...step }) => {
    const { service = '', name = '' } = byId.get(step.spanId) ?? {};
    return { ...step, service, name, offsetNs: from, durationNs: to - from };
  });
  return {
    ...{ traceId: id, ...head, spansRead: rows.length, stepCount: steps.length },
    durationNs: steps.reduce((sum, step) => sum + step.durationNs, 0),
    services: shares(steps),
    steps: steps.slice(0, MAX_STEPS),
  };
}

/** Time on the path of each service, the longest first. */
function shares(steps: readonly TracePath['steps'][number][]): TracePath['services'] {
  const sums = new Map<string, number>();
  for (const step of steps) sums.set(step.service, (sums.get(step.service) ?? 0) + step.durationNs);
  return [...sums]
    .map(([service, durationNs]) => ({ service, durationNs }))
    .sort((a, b) => b.durationNs - a.durationNs);
}
