import { metrics } from '@opentelemetry/api';
import { METRIC, RESILIENCE_ATTR } from '../../contract/index.ts';
import type { PgPools, PoolLike } from './pg-pools.ts';

/** What `pg` itself assumes where nobody said. */
const DEFAULT_MAX = 10;
const DEFAULT_PORT = 5_432;

/**
 * Reports the pools of the process by the conventions. The official instrumentation counts several pools into one another
 * and has no name for one that was opened by a connection string, so its own three metrics are left out (telemetry.ts).
 */
export function reportPgPools(pools: PgPools): void {
  let reporting = false;
  // A process without a pool reports none.
  pools.onAdded(() => {
    if (!reporting) start(pools);
    reporting = true;
  });
}

function start(pools: PgPools): void {
  const meter = metrics.getMeter('stormglass.pg');
  const unit = '{connection}';
  const count = meter.createObservableUpDownCounter(METRIC.dbConnections, { unit });
  const max = meter.createObservableUpDownCounter(METRIC.dbConnectionsMax, { unit });
  const pending = meter.createObservableUpDownCounter(METRIC.dbConnectionsPending, { unit: '{request}' });
  meter.addBatchObservableCallback(
    (result) => {
      for (const [name, sum] of sumsByName(pools)) {
        const self = { [RESILIENCE_ATTR.pool]: name };
        result.observe(count, sum.idle, { ...self, [RESILIENCE_ATTR.connectionState]: 'idle' });
        result.observe(count, sum.used, { ...self, [RESILIENCE_ATTR.connectionState]: 'used' });
        result.observe(max, sum.max, self);
        result.observe(pending, sum.pending, self);
      }
    },
    [count, max, pending],
  );
}

interface Sum {
  idle: number;
  used: number;
  max: number;
  pending: number;
}

/** Several pools on one database are one: a series must not be observed twice. */
function sumsByName(pools: PgPools): Map<string, Sum> {
  const byName = new Map<string, Sum>();
  for (const pool of pools.of(undefined)) {
    const name = poolName(pool);
    const sum = byName.get(name) ?? { idle: 0, used: 0, max: 0, pending: 0 };
    sum.idle += pool.idleCount;
    sum.used += pool.totalCount - pool.idleCount;
    sum.max += pool.options.max ?? DEFAULT_MAX;
    sum.pending += pool.waitingCount;
    byName.set(name, sum);
  }
  return byName;
}

/** `host:port/database`, as the conventions propose; never with a user or password. */
function poolName({ options }: PoolLike): string {
  const url = options.connectionString === undefined ? null : URL.parse(options.connectionString);
  const host = url?.hostname || options.host || 'localhost';
  const port = url?.port || options.port || DEFAULT_PORT;
  return `${host}:${port}/${url?.pathname.slice(1) || options.database || ''}`;
}
