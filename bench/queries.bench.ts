import { TestCollector } from '../agents/collector/testing/collector.ts';
import { TraceSearch } from '../agents/contract/trace.ts';
import { percentile, report } from './figure.ts';
import { fill } from './spans/fill.ts';

/**
 * What a page waits for, at several sizes of the store, over HTTP from the same client as the dashboard's. Each query
 * is asked with other values each time. `STORMGLASS_SPANS=10000000` for the goals' size.
 */
const SIZES = [100_000, 1_000_000, 10_000_000].filter(
  (size) => size <= Number(process.env.STORMGLASS_SPANS ?? 1_000_000),
);
const HOUR_MS = 3_600_000;
const ROUNDS = 40;

interface Sample {
  traceId: string;
  service: string;
  operation: string;
  order: string;
}

async function samples(collector: TestCollector): Promise<Sample[]> {
  return collector.rows<Sample>(
    `SELECT TraceId AS traceId, ServiceName AS service, SpanName AS operation, SpanAttributes['app.order.id'] AS order
     FROM otel_traces WHERE SpanKind = 'Server' ORDER BY cityHash64(SpanId) LIMIT ${ROUNDS}`,
  );
}

export async function run(): Promise<void> {
  const collector = await TestCollector.start();
  const queries = collector.queries();
  const endMs = Date.now();
  const range = { from: endMs - HOUR_MS, to: endMs + 60_000 };
  const search = (more: Record<string, unknown>) => () =>
    queries.searchTraces(TraceSearch.parse({ ...range, limit: 20, ...more }));
  const attribute = (key: string, value: string) => ({ attributes: [{ key, op: '=', value }] });
  try {
    let have = 0;
    for (const size of SIZES) {
      have = await fill(collector, { spans: size - have, endMs, overMs: HOUR_MS, seed: size });
      const found = await samples(collector);
      const plans: [figure: string, goal: number, ask: (s: Sample, i: number) => () => Promise<unknown>][] = [
        ['get trace', 20, (s) => () => queries.trace(s.traceId)],
        ['search by service', 40, (s) => search({ service: s.service })],
        ['search by operation', 40, (s) => search({ service: s.service, operation: s.operation })],
        ['search by duration', 40, (s) => search({ service: s.service, minDurationMs: 200 })],
        [
          'attribute, frequent value',
          100,
          (s) => search(attribute('app.tenant', `tenant-${s.order.length}`)),
        ],
        ['attribute, rare value', 100, (s) => search(attribute('app.order.id', s.order))],
        ['attribute, absent value', 100, (_, i) => search(attribute('app.order.id', `nowhere-${i}`))],
        ['map of the last hour', 50, () => () => queries.timeline(range, 60)],
      ];
      for (const [figure, goal, ask] of plans) {
        const times: number[] = [];
        for (const [i, sample] of found.entries()) {
          const question = ask(sample, i);
          const began = performance.now();
          await question();
          times.push(performance.now() - began);
        }
        const params = { spans: have, rounds: times.length };
        const tell = (name: string, value: number, aim: string | null) =>
          report({ bench: 'queries', figure: `${figure} ${name}`, value, unit: 'ms', goal: aim, params });
        tell('p50', percentile(times, 0.5), null);
        tell('p95', percentile(times, 0.95), `<= ${goal}`);
      }
      const { rssBytes } = await queries.stats();
      report({
        ...{ bench: 'queries', figure: 'collector resident memory', unit: 'MB', goal: '<= 1024' },
        value: rssBytes / 1e6,
        params: { spans: have },
      });
    }
  } finally {
    await queries.close();
    await collector.dispose();
  }
}
