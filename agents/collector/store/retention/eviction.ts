import type { CutOff, Eviction } from './cut-off.ts';
import type { EvictedCounts } from './evicted.ts';
import { forgetGone } from './gone.ts';
import type { Inventory } from './inventory.ts';
import { KEPT, TRACE_HASH } from './keep.ts';
import { type Maintenance, quoted, rowsOf } from './maintenance.ts';
import { RAW_TABLES, type RawTable, SPANS } from './raw-tables.ts';

/** Removes one day's share of an eviction from all raw tables, and what was derived from it alone. */
export async function evictDay(
  store: Maintenance,
  { inventory, day, counts }: { inventory: Inventory; day: string; counts: EvictedCounts },
  eviction: Eviction,
): Promise<void> {
  for (const table of RAW_TABLES) {
    if (inventory.on(table.name, day) === undefined) continue;
    const condition = conditionOf(table, eviction);
    const { gone, isAll } = await countRows(store, table, day, condition);
    if (gone.size === 0) continue;
    // First: nobody is ever shown a trace which has no spans.
    if (table === SPANS) await forgetGone(store, inventory, day, { ...eviction, condition });
    // A partition is dropped at once, but with what has come since the count: not while its newest rows are to stay. To
    // remove rows, the parts that have some are written anew.
    const isOver = eviction.before >= inventory.spanOf(day).to;
    if (isAll && isOver) await dropDay(store, table.name, day);
    else await store.maintain(`ALTER TABLE ${table.name} DELETE IN PARTITION ID '${day}' WHERE ${condition}`);
    counts.add(table.signal, eviction.reason, gone);
  }
}

/** The records of each service that are to go: afterwards nobody knows. */
async function countRows(
  store: Maintenance,
  table: RawTable,
  day: string,
  condition: string,
): Promise<{ gone: Map<string, number>; isAll: boolean }> {
  const rows = await rowsOf<{ service: string; gone: number; stored: number }>(
    store,
    `SELECT ServiceName AS service, countIf(${condition}) AS gone, count() AS stored
     FROM ${table.name} WHERE _partition_id = '${day}' GROUP BY service`,
  );
  return {
    gone: new Map(rows.filter((r) => r.gone > 0).map((r) => [r.service, r.gone])),
    isAll: rows.every((r) => r.gone === r.stored),
  };
}

export async function dropDay(store: Maintenance, table: string, day: string): Promise<void> {
  await store.maintain(`ALTER TABLE ${table} DROP PARTITION ID '${day}'`);
}

function conditionOf(table: RawTable, { cuts }: Eviction): string {
  const notKept = table.hasTraceId ? `${TRACE_HASH} NOT IN ${KEPT}` : '1';
  if (cuts === null) return notKept;
  const before = (which: keyof CutOff) => {
    const services = [...cuts.keys()].map(quoted).join(', ');
    const times = [...cuts.values()].map((cut) => cut[which]).join(', ');
    return `toUnixTimestamp(${table.time}) < transform(toString(ServiceName), [${services}], [${times}], 0)`;
  };
  return `(${before('kept')} OR (${before('ordinary')} AND ${notKept}))`;
}
