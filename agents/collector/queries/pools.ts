import { METRIC, RESILIENCE_ATTR } from '../../contract/telemetry.ts';
import { bounds, LIMITS, type Range, type Store, within } from './client.ts';

/** A pool of connections as its process last reported it in a range. */
export interface PoolGauge {
  instance: string;
  pool: string;
  used: number;
  max: number;
  /** Statements that wait for a connection. */
  pending: number;
}

const STATE = `Attributes['${RESILIENCE_ATTR.connectionState}']`;
const newest = (metric: string, more = '') => `argMaxIf(Value, TimeUnix, MetricName = '${metric}'${more}) `;

/** The pools of a service, newest figures of each. */
export function pools(
  store: Store,
  service: string,
  range: Range,
  signal?: AbortSignal,
): Promise<PoolGauge[]> {
  return store.rows<PoolGauge>(
    `SELECT ResourceAttributes['service.instance.id'] AS instance, Attributes['${RESILIENCE_ATTR.pool}'] AS pool,
      ${newest(METRIC.dbConnections, ` AND ${STATE} = 'used'`)} AS used,
      ${newest(METRIC.dbConnectionsMax)} AS max, ${newest(METRIC.dbConnectionsPending)} AS pending
     FROM otel_metrics_sum
     WHERE ServiceName = {service:String} AND ${within('TimeUnix')}
       AND MetricName IN ('${METRIC.dbConnections}', '${METRIC.dbConnectionsMax}', '${METRIC.dbConnectionsPending}')
     GROUP BY instance, pool ORDER BY instance, pool LIMIT 100`,
    { service, ...bounds(range) },
    signal,
    LIMITS.figures,
  );
}
