import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventually, TestCollector } from './testing/collector.ts';
import { kv, post, traceRequest } from './testing/requests.ts';

const MIB = 1_048_576;
const SETTING = 512 * MIB;
/** Code mapped from disk (240 MiB), and what allocators and the garbage collector have not given back yet. */
const ALLOWANCE = 448 * MIB;
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

/** The most it ever was, where the system tells; else what it is now. */
function peakBytes(pid: number, nowBytes: number): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return nowBytes;
  const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

test('under pressure from senders and readers the collector stays within COLLECTOR_MEMORY_BYTES and its allowance', async () => {
  const collector = await TestCollector.start({ COLLECTOR_MEMORY_BYTES: String(SETTING) });
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
        .rows("SELECT SpanAttributes['payload'] AS p, count() FROM otel_traces GROUP BY p ORDER BY p LIMIT 1")
        .catch(() => []),
    );
    await Promise.all([...senders, ...readers]);
    expect(accepted).toBeGreaterThan(0);
    await eventually('all of it stored', async () => {
      const { rssBytes, spoolBytes } = await collector.stats();
      expect(peakBytes(collector.pid, rssBytes)).toBeLessThan(SETTING + ALLOWANCE);
      return spoolBytes === 0 ? true : null;
    });
    const rows = await collector.rows<{ n: number }>('SELECT count() AS n FROM otel_traces');
    expect(rows).toEqual([{ n: accepted * SPANS }]);
  } finally {
    await collector.dispose();
  }
}, 120_000);
