import type { CutOff } from './cut-off.ts';
import type { EvictedCounts, Reason } from './evicted.ts';
import { forgetGone } from './gone.ts';
import type { Inventory } from './inventory.ts';
import { KEPT, TRACE_HASH } from './keep.ts';
import { type Maintenance, quoted, rowsOf } from './maintenance.ts';
import { RAW_TABLES, type RawTable } from './raw-tables.ts';

/** What has to go, on whichever day it lies. */
export interface Eviction {
  reason: Reason;
  /** Null: of all services, all but what is kept. */
  cuts: ReadonlyMap<string, CutOff> | null;
  /** Epoch seconds after the last record that can go. */
  before: number;
}

/** Removes one day's share of an eviction from all raw tables, and then what was derived from it alone. */
export async function evictDay(
  store: Maintenance,
  { inventory, day, counts }: { inventory: Inventory; day: string; counts: EvictedCounts },
  eviction: Eviction,
): Promise<void> {
  let records = 0;
  for (const table of RAW_TABLES) {
    if (inventory.on(table.name, day) === undefined) continue;
    const gone = await removeRows(store, table, day, conditionOf(table, eviction));
    counts.add(table.signal, eviction.reason, gone);
    for (const n of gone.values()) records += n;
  }
  if (records > 0) await forgetGone(store, inventory, day, eviction);
}

/** The records of each service that went. They are counted first: afterwards nobody knows. */
async function removeRows(
  store: Maintenance,
  table: RawTable,
  day: string,
  condition: string,
): Promise<Map<string, number>> {
  const rows = await rowsOf<{ service: string; gone: number; stored: number }>(
    store,
    `SELECT ServiceName AS service, countIf(${condition}) AS gone, count() AS stored
     FROM ${table.name} WHERE _partition_id = '${day}' GROUP BY service`,
  );
  const gone = new Map(rows.filter((r) => r.gone > 0).map((r) => [r.service, r.gone]));
  if (gone.size === 0) return gone;
  // A partition is dropped at once; to remove rows, the parts that have some are written anew.
  if (rows.every((r) => r.gone === r.stored)) await dropDay(store, table.name, day);
  else await store.maintain(`ALTER TABLE ${table.name} DELETE IN PARTITION ID '${day}' WHERE ${condition}`);
  return gone;
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
