import { TestCollector } from '../agents/collector/testing/collector.ts';
import { MapSearch, RedSearch } from '../agents/contract/figures.ts';
import { TraceSearch } from '../agents/contract/trace.ts';
import { percentile, report } from './figure.ts';
import { fill } from './spans/fill.ts';
import { steadyLoad } from './spans/steady.ts';

/**
 * What a page waits for, at several sizes of the store, over HTTP from the same client as the dashboard's. Each query
 * is asked with other values each time; at the largest size once more while spans come in. `STORMGLASS_SPANS=10000000`
 * for the goals' size.
 */
const SIZES = [100_000, 1_000_000, 10_000_000].filter(
  (size) => size <= Number(process.env.STORMGLASS_SPANS ?? 1_000_000),
);
const HOUR_MS = 3_600_000;
const ROUNDS = 40;
const INGEST = { perSecond: 10_000, batch: 512, seed: 5 };

interface Sample {
  traceId: string;
  service: string;
  operation: string;
  order: string;
  tenant: string;
}
interface Plan {
  figure: string;
  goalMs: number;
  ask: (sample: Sample, round: number) => Promise<unknown>;
}

function samples(collector: TestCollector): Promise<Sample[]> {
  return collector.rows<Sample>(
    `SELECT TraceId AS traceId, ServiceName AS service, Operation AS operation,
       SpanAttributes['app.order.id'] AS order, SpanAttributes['app.tenant'] AS tenant
     FROM otel_traces WHERE SpanKind = 'Server' AND order != '' ORDER BY cityHash64(SpanId) LIMIT ${ROUNDS}`,
  );
}

function plansOf(collector: TestCollector, range: { from: number; to: number }): Plan[] {
  const queries = collector.queries();
  const search = (more: object) => queries.searchTraces(TraceSearch.parse({ ...range, limit: 20, ...more }));
  const attribute = (key: string, value: string) => search({ attributes: [{ key, op: '=', value }] });
  return [
    { figure: 'get trace', goalMs: 20, ask: (s) => queries.trace(s.traceId) },
    { figure: 'search by service', goalMs: 40, ask: (s) => search({ service: s.service }) },
    {
      figure: 'search by operation',
      goalMs: 40,
      ask: (s) => search({ service: s.service, operation: s.operation }),
    },
    {
      figure: 'search by duration',
      goalMs: 40,
      ask: (_, i) => search({ minDurationMs: 100 + i }),
    },
    { figure: 'attribute, frequent value', goalMs: 100, ask: (s) => attribute('app.tenant', s.tenant) },
    { figure: 'attribute, rare value', goalMs: 100, ask: (s) => attribute('app.order.id', s.order) },
    {
      figure: 'attribute, absent value',
      goalMs: 100,
      ask: (_, i) => attribute('app.order.id', `nowhere-${i}`),
    },
    { figure: 'map of the last hour', goalMs: 50, ask: () => queries.serviceMap(MapSearch.parse(range)) },
    {
      figure: 'RED chart of a service',
      goalMs: 50,
      ask: (s) => queries.red(RedSearch.parse({ ...range, by: 'operation', service: s.service })),
    },
  ];
}

/** Each plan's rounds follow one another, one question at a time. */
async function ask(plans: readonly Plan[], found: readonly Sample[], spans: number, factor: number) {
  for (const { figure, goalMs, ask: question } of plans) {
    const times: number[] = [];
    for (const [round, sample] of found.entries()) {
      const began = performance.now();
      await question(sample, round);
      times.push(performance.now() - began);
    }
    const params = { spans, rounds: times.length, ingesting: factor === 1 ? 0 : INGEST.perSecond };
    const tell = (name: string, value: number, goal: string | null) =>
      report({ bench: 'queries', figure: `${figure} ${name}`, value, unit: 'ms', goal, params });
    tell('p50', percentile(times, 0.5), null);
    tell('p95', percentile(times, 0.95), `<= ${goalMs * factor}`);
  }
}

export async function run(): Promise<void> {
  const collector = await TestCollector.start();
  const endMs = Date.now();
  const range = { from: endMs - HOUR_MS, to: endMs + 1000 };
  const plans = plansOf(collector, range);
  try {
    let have = 0;
    for (const size of SIZES) {
      have = await fill(collector, { spans: size - have, endMs, overMs: HOUR_MS, seed: size });
      await ask(plans, await samples(collector), have, 1);
      const { rssBytes } = await collector.stats();
      report({
        ...{ bench: 'queries', figure: 'collector resident memory', unit: 'MB', goal: '<= 1024' },
        value: rssBytes / 1e6,
        params: { spans: have },
      });
    }
    const found = await samples(collector);
    const stop = steadyLoad(collector.otlp, INGEST);
    try {
      await ask(plans, found, have, 2);
    } finally {
      await stop();
    }
  } finally {
    await collector.dispose();
  }
}
