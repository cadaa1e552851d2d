import { DAY, Inventory } from './inventory.ts';
import type { Maintenance } from './maintenance.ts';

/**
 * Where the raw tables are somebody else's, who removes from them as they like: derived days before the oldest raw one go,
 * so that nothing is listed which is no longer there.
 */
export async function followOwner(store: Maintenance): Promise<void> {
  const { partitions } = await Inventory.read(store);
  const days = partitions.filter((p) => DAY.test(p.day));
  const [oldest] = days
    .filter((p) => p.table === 'otel_traces' || p.table === 'otel_logs')
    .map((p) => p.day)
    .sort();
  if (oldest === undefined) return;
  for (const { table, day } of days) {
    if (!table.startsWith('stormglass_') || day >= oldest) continue;
    await store.maintain(`ALTER TABLE ${table} DROP PARTITION ID '${day}'`);
  }
}
