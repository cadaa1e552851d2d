import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventually, TestCollector } from './testing/collector.ts';
import { kv, post, traceRequest } from './testing/requests.ts';

const MIB = 1_048_576;
const SETTING = 640 * MIB;
const LOOK_EVERY_MS = 20;
const SPANS = 10_000;
const random = (bytes: number) => randomBytes(bytes).toString('hex');

/** Nothing in it repeats, so that neither the engine nor the wire can make it small. */
function largeRequest(): Uint8Array {
  const spans = Array.from({ length: SPANS }, () => ({
    traceId: random(16),
    spanId: random(8),
    attributes: [kv('payload', random(120))],
  }));
  return traceRequest(`service-${random(2)}`, spans);
}

/** Without code mapped from disk: about 250 MiB of the engine's, which the system can take back. */
function allocatedBytes(pid: number): number {
  const kib = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

const isTold = existsSync('/proc/self/status');
const skipped = isTold ? '' : ' (skipped: only Linux tells what a process has allocated)';

test.skipIf(!isTold)(
  `what the collector allocates under pressure stays below the setting${skipped}`,
  async () => {
    const collector = await TestCollector.start({ COLLECTOR_MEMORY_BYTES: String(SETTING) });
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, allocatedBytes(collector.pid));
    }, LOOK_EVERY_MS);
    try {
      const bodies = Array.from({ length: 3 }, largeRequest);
      let accepted = 0;
      const senders = bodies.map(async (body) => {
        for (let i = 0; i < 6; i++)
          if ((await post(collector.otlp, 'traces', body)).status === 200) accepted += 1;
      });
      // A grouping without end: whether it is answered or refused for its memory is not the point.
      const readers = [1, 2].map(() =>
        collector
          .rows(
            "SELECT SpanAttributes['payload'] AS p, count() FROM otel_traces GROUP BY p ORDER BY p LIMIT 1",
          )
          .catch(() => []),
      );
      await Promise.all([...senders, ...readers]);
      expect(accepted).toBeGreaterThan(0);
      await eventually('all of it stored', async () =>
        (await collector.stats()).spoolBytes === 0 ? true : null,
      );
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThan(SETTING);
      const rows = await collector.rows<{ n: number }>('SELECT count() AS n FROM otel_traces');
      expect(rows).toEqual([{ n: accepted * SPANS }]);
    } finally {
      clearInterval(look);
      await collector.dispose();
    }
  },
  120_000,
);
