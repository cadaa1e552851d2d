import type { InvariantReport } from '../../contract/figures.ts';
import { EVENT, INVARIANT_ATTR, METRIC } from '../../contract/telemetry.ts';
import { bounds, LIMITS, millis, type Range, type Store, within } from './client.ts';

const MAX_VIOLATIONS = 500;
const ID = `Attributes['${INVARIANT_ATTR.id}']`;
type Violation = InvariantReport['violations'][number];

const pointsOf = (table: string) =>
  `SELECT ${ID} AS id, ServiceName AS service, Attributes['${INVARIANT_ATTR.status}'] AS status, Value AS value, TimeUnix
   FROM ${table} WHERE MetricName = '${METRIC.invariantStatus}' AND ${within('TimeUnix')}`;
/** Points of the status metric in a range: id, service, status, value, TimeUnix. */
export const INVARIANT_POINTS = `(${pointsOf('otel_metrics_sum')} UNION ALL ${pointsOf('otel_metrics_gauge')})`;

const WORDS = `stormglass_events
  WHERE EventName IN ('${EVENT.invariantViolated}', '${EVENT.invariantRestored}') AND ${within('Timestamp')}`;

/** A violation lasts until the next word on the same invariant by the same auditor. */
const SAID = `SELECT id, at, nullIf(next, 0) AS restoredAt, service, detail, traceId FROM (
    SELECT ${ID} AS id, ${millis('Timestamp')} AS at, Service AS service, TraceId AS traceId, EventName AS event,
      Attributes['${INVARIANT_ATTR.detail}'] AS detail,
      leadInFrame(${millis('Timestamp')}) OVER (PARTITION BY Service, ${ID} ORDER BY Timestamp
        ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
    FROM ${WORDS})
  WHERE event = '${EVENT.invariantViolated}' ORDER BY at DESC LIMIT ${MAX_VIOLATIONS + 1}`;

/** What was violated when the range began is only gauged in it, until the first word on it. */
const STANDING = `SELECT id, at, nullIf(first, 0) AS restoredAt, service, '' AS detail, '' AS traceId FROM (
    SELECT id, toString(service) AS service, min(${millis('TimeUnix')}) AS at FROM ${INVARIANT_POINTS}
    WHERE status = 'violated' AND value = 1 GROUP BY id, service) AS gauged
  LEFT JOIN (
    SELECT ${ID} AS id, toString(Service) AS service, min(${millis('Timestamp')}) AS first FROM ${WORDS}
    GROUP BY id, service) AS said USING (id, service)
  WHERE first = 0 OR at < first ORDER BY at DESC LIMIT ${MAX_VIOLATIONS + 1}`;

/** Which invariants were checked in a range, and when they were violated. */
export async function invariants(store: Store, range: Range, signal?: AbortSignal): Promise<InvariantReport> {
  const ask = <T>(sql: string) => store.rows<T>(sql, bounds(range), signal, LIMITS.figures);
  const [checked, said, standing] = await Promise.all([
    ask<{ id: string }>(`SELECT DISTINCT id FROM ${INVARIANT_POINTS} ORDER BY id`),
    ask<Violation>(SAID),
    ask<Violation>(STANDING),
  ]);
  const violations = [...said, ...standing].sort((a, b) => b.at - a.at);
  return {
    checked: checked.map(({ id }) => id),
    violations: violations.slice(0, MAX_VIOLATIONS).reverse(),
    truncated: violations.length > MAX_VIOLATIONS,
  };
}
