import type { Journey } from '../../contract/journey.ts';
import { IS_ERROR } from '../store/cells.ts';
import { bounds, LIMITS, millis, type Range, type Store, within } from './client.ts';

/** Journeys of one answer. */
const MAX_JOURNEYS = 50_000;
/** A trace that began so long before the range is not taken for one that began in it. */
const SLACK_MS = 60_000;
/** Of spans of the same instant the one without a caller is the first. */
export const FIRST = '(Timestamp, notEmpty(ParentSpanId))';

/** Traces of which a service served the first span in the range, in order of that; those still on their way are missing. */
export async function journeys(store: Store, range: Range, signal?: AbortSignal): Promise<Journey[]> {
  const rows = await store.rows<Omit<Journey, 'error'> & { error: number }>(
    `SELECT TraceId AS traceId, argMin(toString(ServiceName), ${FIRST}) AS service,
      argMin(toString(Operation), ${FIRST}) AS operation, min(${millis('Timestamp')}) AS startMs,
      argMin(Duration, ${FIRST}) / 1000000 AS durationMs, argMin(${IS_ERROR}, ${FIRST}) AS error
    FROM otel_traces WHERE ${within('Timestamp')} AND SpanKind = 'Server'
    GROUP BY traceId HAVING startMs >= {since:Int64} ORDER BY startMs, traceId LIMIT ${MAX_JOURNEYS}`,
    { ...bounds({ from: range.from - SLACK_MS, to: range.to }), since: Math.floor(range.from) },
    signal,
    LIMITS.scan,
  );
  return rows.map((row) => ({ ...row, error: Boolean(row.error) }));
}
