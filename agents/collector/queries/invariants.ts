import type { InvariantReport } from '../../contract/figures.ts';
import { EVENT, INVARIANT_ATTR, METRIC } from '../../contract/telemetry.ts';
import { bounds, LIMITS, millis, type Range, type Store, within } from './client.ts';

const MAX_VIOLATIONS = 500;
const ID = `Attributes['${INVARIANT_ATTR.id}']`;

/** Which invariants were checked in a range, and when they were violated. */
export async function invariants(store: Store, range: Range, signal?: AbortSignal): Promise<InvariantReport> {
  const status = (table: string) =>
    `SELECT ${ID} AS id FROM ${table} WHERE MetricName = '${METRIC.invariantStatus}' AND ${within('TimeUnix')}`;
  const [checked, violations] = await Promise.all([
    store.rows<{ id: string }>(
      `SELECT DISTINCT id FROM (${status('otel_metrics_sum')} UNION ALL ${status('otel_metrics_gauge')}) ORDER BY id`,
      bounds(range),
      signal,
      LIMITS.figures,
    ),
    // A violation lasts until the next word on the same invariant by the same auditor.
    store.rows<InvariantReport['violations'][number]>(
      `SELECT id, at, nullIf(next, 0) AS restoredAt, service, detail, traceId FROM (
        SELECT ${ID} AS id, ${millis('Timestamp')} AS at, Service AS service, TraceId AS traceId, EventName AS event,
          Attributes['${INVARIANT_ATTR.detail}'] AS detail,
          leadInFrame(${millis('Timestamp')}) OVER (PARTITION BY Service, ${ID} ORDER BY Timestamp
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
        FROM stormglass_events
        WHERE EventName IN ('${EVENT.invariantViolated}', '${EVENT.invariantRestored}') AND ${within('Timestamp')})
      WHERE event = '${EVENT.invariantViolated}' ORDER BY at DESC LIMIT ${MAX_VIOLATIONS + 1}`,
      bounds(range),
      signal,
      LIMITS.figures,
    ),
  ]);
  return {
    checked: checked.map(({ id }) => id),
    violations: violations.slice(0, MAX_VIOLATIONS).reverse(),
    truncated: violations.length > MAX_VIOLATIONS,
  };
}
