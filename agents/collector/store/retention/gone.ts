import type { Eviction } from './cut-off.ts';
import { dayBefore, type Inventory } from './inventory.ts';
import { chunksOf, SLACK_SECONDS, TRACE_HASH } from './keep.ts';
import { type Maintenance, quoted, rowsOf } from './maintenance.ts';
import { OF_TRACES } from './raw-tables.ts';

const GONE = 'stormglass_gone';

/** An eviction with the condition on spans that it comes down to. */
interface SpanEviction extends Eviction {
  condition: string;
}

/**
 * Traces which will have no span left when an eviction has gone over a day are not found from now on, nor the receipts in
 * them. Those with some keep their summary, whose count of spans says that there were more.
 */
export async function forgetGone(
  store: Maintenance,
  inventory: Inventory,
  day: string,
  eviction: SpanEviction,
): Promise<void> {
  await emptySet(store, GONE);
  for (const [from, to] of chunksOf(inventory, day))
    await store.maintain(goneBetween(from, to, day, eviction));
  // A trace may have begun before midnight, and its summary lie there.
  for (const table of OF_TRACES)
    for (const id of [dayBefore(day), day])
      if (inventory.on(table, id) !== undefined) await removeGone(store, table, id);
  await store.maintain(`DROP TABLE ${GONE}`);
}

async function removeGone(store: Maintenance, table: string, day: string): Promise<void> {
  const isGone = `${TRACE_HASH} IN ${GONE}`;
  const [row] = await rowsOf<{ n: number }>(
    store,
    `SELECT count() AS n FROM ${table} WHERE _partition_id = '${day}' AND ${isGone}`,
  );
  if (row === undefined || row.n === 0) return;
  await store.maintain(`ALTER TABLE ${table} DELETE IN PARTITION ID '${day}' WHERE ${isGone}`);
}

function goneBetween(from: number, to: number, day: string, eviction: SpanEviction): string {
  const { cuts, before, condition } = eviction;
  const touched = cuts === null ? '1' : `hasAny(Services, [${[...cuts.keys()].map(quoted).join(', ')}])`;
  // Age is a matter of this day alone; a cut-off holds for all days, which come next.
  const goes = cuts === null ? `(_partition_id = '${day}' AND ${condition})` : condition;
  return `INSERT INTO ${GONE} SELECT DISTINCT ${TRACE_HASH} FROM stormglass_traces
    WHERE Minute >= toDateTime(${from}) AND Minute < toDateTime(${Math.min(to, before)}) AND ${touched}
      AND ${TRACE_HASH} NOT IN (SELECT ${TRACE_HASH} FROM otel_traces
        WHERE Timestamp >= toDateTime(${from - SLACK_SECONDS}) AND Timestamp < toDateTime(${to + SLACK_SECONDS})
          AND NOT ${goes})`;
}

/** A set of trace hashes which conditions can name; statements that change rows look it up, however many parts there are. */
export async function emptySet(store: Maintenance, name: string): Promise<void> {
  await store.maintain(`DROP TABLE IF EXISTS ${name}`);
  await store.maintain(`CREATE TABLE ${name} (Hash UInt64) ENGINE = Set`);
}
