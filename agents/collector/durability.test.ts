import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { eventually, TestCollector } from './testing/collector.ts';
import { hexId, post, traceRequest } from './testing/requests.ts';

let collector: TestCollector | undefined;
afterEach(() => collector?.dispose());

const SPANS_PER_REQUEST = 7;
/** In `npm test` a few; `npm run campaign -- collector-kills` asks for many. */
const KILLS = Number(process.env.STORMGLASS_KILLS ?? 5);

/** Sends numbered spans from several connections until told to stop; collects the numbers that were acknowledged. */
function load(url: () => string, acknowledged: Set<number>, attempted: Set<number>, stop: AbortSignal) {
  let next = 1;
  const sender = async () => {
    while (!stop.aborted) {
      const first = next;
      next += SPANS_PER_REQUEST;
      const numbers = Array.from({ length: SPANS_PER_REQUEST }, (_, i) => first + i);
      for (const n of numbers) attempted.add(n);
      const body = traceRequest(
        'orders',
        numbers.map((n) => ({ traceId: hexId(n, 16), spanId: hexId(n, 8), name: 'POST /orders' })),
      );
      const ok = await post(url(), 'traces', body).then(
        async (r) => (await r.arrayBuffer()) !== undefined && r.status === 200,
        () => false,
      );
      if (ok) for (const n of numbers) acknowledged.add(n);
      else await sleep(20);
    }
  };
  return Promise.all(Array.from({ length: 4 }, sender));
}

test(
  'kill -9 under load loses no acknowledged span and doubles none, aggregates included',
  async () => {
    const running = await TestCollector.start();
    collector = running;
    const acknowledged = new Set<number>();
    const attempted = new Set<number>();
    const stop = new AbortController();
    const senders = load(() => running.otlp, acknowledged, attempted, stop.signal);

    for (let kill = 0; kill < KILLS; kill++) {
      const before = acknowledged.size;
      // Different moments of the spool-load cycle, by load done and not by the clock.
      await eventually('more acknowledged spans', async () =>
        acknowledged.size > before + 300 + (kill % 5) * 170 ? true : null,
      );
      await running.end('SIGKILL');
      await running.run();
    }
    const atLast = acknowledged.size;
    await eventually('spans after the last start', async () =>
      acknowledged.size > atLast + 200 ? true : null,
    );
    stop.abort();
    await senders;

    const stored = await eventually('an empty spool', async () => {
      const stats = await running.queries().stats();
      if (stats.spoolBytes > 0) return null;
      return running.rows<{ id: string; n: number }>(
        'SELECT SpanId AS id, count() AS n FROM otel_traces GROUP BY id',
      );
    });
    const counts = new Map(stored.map((row) => [Number.parseInt(row.id, 16), row.n]));
    expect([...acknowledged].filter((n) => counts.get(n) === undefined)).toEqual([]);
    expect([...counts].filter(([, n]) => n !== 1)).toEqual([]);
    expect([...counts.keys()].filter((n) => !attempted.has(n))).toEqual([]);
    for (const table of ['stormglass_traffic', 'stormglass_traffic_minutes']) {
      const [traffic] = await running.rows<{ calls: number }>(`SELECT sum(Calls) AS calls FROM ${table}`);
      expect(traffic?.calls).toBe(counts.size);
    }
    const [summaries] = await running.rows<{ spans: number }>(
      'SELECT sum(Spans) AS spans FROM stormglass_traces',
    );
    expect(summaries?.spans).toBe(counts.size);
  },
  180_000 + KILLS * 15_000,
);

test('a request the engine refuses is set aside with its reason, and its neighbours are stored', async () => {
  const running = await TestCollector.start();
  collector = running;
  const span = (n: number) => ({ traceId: hexId(n, 16), spanId: hexId(n, 8) });
  // Valid wire bytes that no schema check at the edge catches: the span's name (field 5) as a number.
  const bad = traceRequest('bad', [{ ...span(3), name: 'N'.repeat(3) }]);
  const at = Buffer.from(bad).indexOf(Buffer.from([0x2a, 3, 0x4e, 0x4e, 0x4e]));
  bad.set([0x28, 1, 0x28, 1, 0x28], at);
  // The fifth byte starts one more field, whose value is the byte after it.
  const answers = await Promise.all(
    [traceRequest('good', [span(1)]), bad, traceRequest('good', [span(2)])].map((b) =>
      post(running.otlp, 'traces', b),
    ),
  );
  expect(answers[0]?.status).toBe(200);
  expect(answers[2]?.status).toBe(200);
  const queries = running.queries();
  await eventually('an empty spool', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
  expect(await running.rows(`SELECT count() AS n FROM otel_traces WHERE ServiceName = 'good'`)).toEqual([
    { n: 2 },
  ]);
  const { quarantined, rejected } = await queries.stats();
  await queries.close();
  expect(quarantined + rejected).toBe(1);
});

test('a SIGTERM loads what was acknowledged and exits 0', async () => {
  const running = await TestCollector.start();
  collector = running;
  const body = traceRequest('orders', [{ traceId: hexId(1, 16), spanId: hexId(1, 8) }]);
  expect((await post(running.otlp, 'traces', body)).status).toBe(200);
  await running.end('SIGTERM');
  await running.run();
  const rows = await eventually('the span', async () => {
    const found = await running.rows<{ n: number }>('SELECT count() AS n FROM otel_traces');
    return found[0]?.n === 1 ? found : null;
  });
  expect(rows[0]?.n).toBe(1);
});

test('queries that take long do not hold up its end, nor break it', async () => {
  const running = await TestCollector.start();
  collector = running;
  const slow = 'SELECT sum(sipHash64(number)) FROM numbers(10000000000)';
  const ask = () => running.rows(slow);
  const first = [ask(), ask()];
  const others = `SELECT 1 FROM system.processes WHERE query LIKE '%sum(sipHash64%' AND query NOT LIKE '%system.processes%'`;
  await eventually('two slow queries', async () => ((await running.rows(others)).length === 2 ? true : null));
  // Three can run: the last ones wait for their turn.
  const answers = Promise.allSettled([...first, ask(), ask()]);
  expect(await running.end()).toBe(0);
  expect((await answers).map((answer) => answer.status)).toEqual(Array(4).fill('rejected'));
});
