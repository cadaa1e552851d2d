import { afterAll, beforeAll, describe, test } from 'vitest';
import { eventually, SECRET, TestCollector } from '../testing/collector.ts';

/** Minutes of work, so that it ends only because somebody ends it. */
const SLOW = 'SELECT sum(sipHash64(number)) FROM numbers(100000000000)';
/** An ended query stays on the engine's list until its session runs another one. */
const RUNNING = `SELECT 1 FROM system.processes
  WHERE query LIKE '%sum(sipHash64%' AND query NOT LIKE '%system.processes%' AND NOT is_cancelled`;

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.dispose());

function ask(signal: AbortSignal): Promise<number> {
  const headers = { 'x-clickhouse-user': 'stormglass', 'x-clickhouse-key': SECRET };
  return fetch(collector.store, { method: 'POST', body: SLOW, headers, signal }).then(
    (response) => response.status,
    () => 0,
  );
}
/** Null while the line is still full of queries whose clients have just gone. */
const running = (n: number) =>
  collector.rows(RUNNING).then(
    (rows) => (rows.length === n ? true : null),
    (error: Error) => {
      if (error.message.includes('wait for the telemetry store')) return null;
      throw error;
    },
  );

describe('the query endpoint', () => {
  test('ends a query whose client has gone, one that runs and one that waits', async () => {
    const gone = new AbortController();
    const asked = [ask(gone.signal), ask(gone.signal)];
    await eventually('two queries that run', () => running(2));
    // The third session is taken too, so that the last one waits.
    asked.push(ask(gone.signal), ask(gone.signal));
    gone.abort();
    await Promise.all(asked);
    await eventually('no query', () => running(0));
  });

  test('refuses a query when too many wait, instead of holding them all', async () => {
    const gone = new AbortController();
    const asked = Array.from({ length: 80 }, () => ask(gone.signal));
    const refused = asked.map(async (status) => {
      if ((await status) !== 503) throw new Error(`answered ${await status}`);
    });
    await Promise.any(refused);
    gone.abort();
    await Promise.all(asked);
    await eventually('no query', () => running(0));
  });
});
