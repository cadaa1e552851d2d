import type { Eviction } from './eviction.ts';
import type { Inventory } from './inventory.ts';
import { chunksOf, SLACK_SECONDS, TRACE_HASH } from './keep.ts';
import { type Maintenance, quoted, rowsOf } from './maintenance.ts';
import { OF_TRACES } from './raw-tables.ts';

const GONE = 'stormglass_gone';

/**
 * Traces without any span left are not found any more, nor the receipts in them. Those with some keep their summary, whose
 * count of spans says that there were more.
 */
export async function forgetGone(
  store: Maintenance,
  inventory: Inventory,
  day: string,
  eviction: Eviction,
): Promise<void> {
  await emptySet(store, GONE);
  for (const [from, to] of chunksOf(inventory, day)) await store.maintain(goneBetween(from, to, eviction));
  for (const table of OF_TRACES) {
    const found = `_partition_id = '${day}' AND ${TRACE_HASH} IN ${GONE}`;
    const [row] = await rowsOf<{ n: number }>(store, `SELECT count() AS n FROM ${table} WHERE ${found}`);
    if (row === undefined || row.n === 0) continue;
    await store.maintain(
      `ALTER TABLE ${table} DELETE IN PARTITION ID '${day}' WHERE ${TRACE_HASH} IN ${GONE}`,
    );
  }
  await store.maintain(`DROP TABLE ${GONE}`);
}

function goneBetween(from: number, to: number, { cuts, before }: Eviction): string {
  const touched = cuts === null ? '1' : `hasAny(Services, [${[...cuts.keys()].map(quoted).join(', ')}])`;
  return `INSERT INTO ${GONE} SELECT DISTINCT ${TRACE_HASH} FROM stormglass_traces
    WHERE Minute >= toDateTime(${from}) AND Minute < toDateTime(${Math.min(to, before)}) AND ${touched}
      AND ${TRACE_HASH} NOT IN (SELECT ${TRACE_HASH} FROM otel_traces
        WHERE Timestamp >= toDateTime(${from - SLACK_SECONDS}) AND Timestamp < toDateTime(${to + SLACK_SECONDS}))`;
}

/** A set of trace hashes which conditions can name; statements that change rows look it up, however many parts there are. */
export async function emptySet(store: Maintenance, name: string): Promise<void> {
  await store.maintain(`DROP TABLE IF EXISTS ${name}`);
  await store.maintain(`CREATE TABLE ${name} (Hash UInt64) ENGINE = Set`);
}
