import { dropDay } from './eviction.ts';
import { DAY, Inventory } from './inventory.ts';
import type { Maintenance } from './maintenance.ts';

/** What a derived table comes from, which its owner may keep for longer or shorter than the other. */
const sourceOf = (table: string) => (table === 'stormglass_events' ? 'otel_logs' : 'otel_traces');

/**
 * Where the raw tables are somebody else's, who removes from them as they like: derived days before the oldest raw one go,
 * so that nothing is listed which is no longer there.
 */
export async function followOwner(store: Maintenance): Promise<void> {
  const { partitions } = await Inventory.read(store);
  const days = partitions.filter((p) => DAY.test(p.day));
  for (const { table, day } of days) {
    if (!table.startsWith('stormglass_')) continue;
    // In order of days.
    const oldest = days.find((p) => p.table === sourceOf(table))?.day;
    if (oldest === undefined || day >= oldest) continue;
    await dropDay(store, table, day);
  }
}
