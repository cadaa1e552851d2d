import { afterEach, expect, test } from 'vitest';
import { TestServer } from '../../testing/clickhouse/server.ts';
import { eventually, TestCollector } from '../../testing/collector.ts';
import { hexId, post, traceRequest } from '../../testing/requests.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

// Days of the one end ten hours after those of UTC, days of the other begin fourteen hours before.
test.each(['Pacific/Honolulu', 'Pacific/Kiritimati'])(
  'on a server in %s kept traces outlive ordinary ones at every hour of the day',
  async (timezone) => {
    const server = await TestServer.start({ timezone });
    cleanup.push(() => server.dispose());
    const collector = await TestCollector.start({
      CLICKHOUSE_URL: server.url,
      COLLECTOR_RETENTION_DAYS: '20',
      COLLECTOR_KEEP_DAYS: '20',
      COLLECTOR_HOUSEKEEPING_SECONDS: '0.3',
    });
    cleanup.push(() => collector.dispose());
    const old = new Date().setUTCHours(0, 30, 0, 0) - 6 * DAY;
    const spans = Array.from({ length: 48 }, (_, i) => {
      const startMs = old + Math.floor(i / 2) * HOUR;
      return { traceId: hexId(i + 1, 16), spanId: hexId(i + 1, 8), startMs, status: i % 2 === 0 ? 2 : 0 };
    });
    const young = { traceId: hexId(99, 16), spanId: hexId(99, 8), startMs: Date.now() - 2 * DAY + HOUR };
    const sent = await post(collector.otlp, 'traces', traceRequest('orders', [...spans, young]));
    expect(sent.status).toBe(200);
    await eventually('all loaded', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
    await collector.end();
    await collector.run({ COLLECTOR_RETENTION_DAYS: '2' });
    await eventually('24 ordinary traces gone', async () =>
      (await collector.stats()).evicted >= 24 ? true : null,
    );
    const left = await collector.rows<{ id: string }>('SELECT TraceId AS id FROM otel_traces ORDER BY id');
    const kept = spans.filter(({ status }) => status === 2).map(({ traceId }) => traceId);
    expect(left.map(({ id }) => id)).toEqual([...kept, young.traceId].sort());
    expect(await collector.rows('SELECT DISTINCT TraceId AS id FROM stormglass_traces ORDER BY id')).toEqual(
      left,
    );
  },
  60_000,
);
