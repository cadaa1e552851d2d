import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { eventually, type TestCollector } from '../../agents/collector/testing/collector.ts';
import { isTaken } from './post.ts';
import { RequestPool } from './requests.ts';

/** About two dozen traces, which start at one moment: larger ones would leave gaps of half a minute between them. */
const SPANS_PER_REQUEST = 512;
const CONNECTIONS = 4;
const FILL_DEADLINE_MS = 1_800_000;

/**
 * Fills a collector with at least `spans` more spans, spread evenly over the `overMs` before `endMs`, and waits until
 * they can be queried and no merge is under way. Answers how many spans it has then.
 */
export async function fill(
  collector: TestCollector,
  range: { spans: number; endMs: number; overMs: number; seed: number },
): Promise<number> {
  const requests = new RequestPool({ seed: range.seed, spansPerRequest: SPANS_PER_REQUEST, distinct: 64 });
  const pool = new Pool(collector.otlp, { connections: CONNECTIONS });
  const before = await count(collector);
  const total = Math.ceil(range.spans / SPANS_PER_REQUEST);
  let next = 0;
  const sender = async () => {
    while (next < total) {
      const at = range.endMs - range.overMs + (next / total) * range.overMs;
      next += 1;
      const body = requests.take(at);
      while (!(await isTaken(pool, body))) await delay(100);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  await pool.close();
  const expected = before + total * SPANS_PER_REQUEST;
  await eventually(
    'every span',
    async () => ((await count(collector)) === expected ? true : null),
    FILL_DEADLINE_MS,
  );
  await eventually(
    'no merges',
    async () => ((await collector.rows('SELECT 1 FROM system.merges')).length === 0 ? true : null),
    FILL_DEADLINE_MS,
  );
  return expected;
}

async function count(collector: TestCollector): Promise<number> {
  const [row] = await collector.rows<{ n: number }>('SELECT count() AS n FROM otel_traces');
  return Number(row?.n ?? 0);
}
