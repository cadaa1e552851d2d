import type { JourneyPaths, Place } from '../../contract/journey.ts';
import { CELL_KIND, CELL_PEER, CELL_SERVICE } from '../store/cells.ts';
import { bounds, LIMITS, type Range, type Store, within } from './client.ts';
import { FIRST } from './journeys.ts';

/** Spans that are read; of more, only those of a part of the traces. */
const MAX_SPANS_READ = 100_000;

interface Passed extends Place {
  /** Of a message that is handled in a trace of its own: that of its sender. */
  traceId: string;
  parentSpanId: string;
  operation: string;
}

const TRACE = `if(empty(Links.TraceId), TraceId, Links.TraceId[1])`;

/** Which places the journeys of a range passed, by what was asked of the first service. */
export async function journeyPaths(store: Store, range: Range, signal?: AbortSignal): Promise<JourneyPaths> {
  const [total] = await store.rows<{ spans: number }>(
    `SELECT count() AS spans FROM otel_traces WHERE ${within('Timestamp')}`,
    bounds(range),
    signal,
    LIMITS.figures,
  );
  const oneIn = Math.max(1, Math.ceil((total?.spans ?? 0) / MAX_SPANS_READ));
  const passed = await store.rows<Passed>(
    `SELECT ${TRACE} AS traceId, ParentSpanId AS parentSpanId, ${CELL_KIND} AS Kind, Kind AS kind,
      ${CELL_SERVICE} AS service, ${CELL_PEER} AS peer, toString(Operation) AS operation
    FROM otel_traces WHERE ${within('Timestamp')} AND Kind != '' AND cityHash64(traceId) % {oneIn:UInt32} = 0
    ORDER BY ${FIRST} LIMIT ${2 * MAX_SPANS_READ}`,
    { ...bounds(range), oneIn },
    signal,
    LIMITS.scan,
  );
  return { journeys: counted(passed), oneIn };
}

interface Counted {
  service: string;
  operation: string;
  traces: number;
  places: Map<string, Place & { traces: number }>;
}

/** `passed` in order of time: the first span of a trace that a service served says what the journey was. */
function counted(passed: readonly Passed[]): JourneyPaths['journeys'] {
  const isDoor = doorsAmong(passed);
  const traces = new Map<string, { first: Passed | null; places: Map<string, Place> }>();
  for (const span of passed) {
    const trace = traces.get(span.traceId) ?? { first: null, places: new Map() };
    traces.set(span.traceId, trace);
    if (span.kind === 'server') trace.first ??= span;
    const { kind, service, peer } = span;
    trace.places.set(`${kind}|${service}|${peer}`, { kind, service, peer });
  }
  const journeys = new Map<string, Counted>();
  for (const { first, places } of traces.values()) {
    if (first === null || !isDoor(first)) continue;
    const { service, operation } = first;
    const key = `${service}|${operation}`;
    const journey = journeys.get(key) ?? { service, operation, traces: 0, places: new Map() };
    journeys.set(key, journey);
    journey.traces++;
    for (const [name, place] of places) {
      const known = journey.places.get(name) ?? { ...place, traces: 0 };
      known.traces++;
      journey.places.set(name, known);
    }
  }
  return [...journeys.values()]
    .sort((a, b) => b.traces - a.traces || (a.operation < b.operation ? -1 : 1))
    .map(({ places, ...journey }) => ({ ...journey, places: [...places.values()] }));
}

/**
 * Whether a journey came in there. What the first service answers is stored last: of a trace on its way only calls further
 * inside may be there. Those have a parent, and their service is one that other services call.
 */
function doorsAmong(passed: readonly Passed[]): (first: Passed) => boolean {
  const serving = new Set(passed.filter(({ kind }) => kind === 'server').map(({ service }) => service));
  const called = new Set(
    passed
      .filter(({ kind, service, peer }) => kind === 'client' && serving.has(service) && service !== peer)
      .map(({ peer }) => peer),
  );
  return ({ parentSpanId, service }) => parentSpanId === '' || !called.has(service);
}
