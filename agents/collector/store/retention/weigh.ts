import type { Slice } from './cut-off.ts';
import type { Inventory } from './inventory.ts';
import { KEPT, TRACE_HASH } from './keep.ts';
import { type Maintenance, quoted, rowsOf } from './maintenance.ts';
import { RAW_TABLES } from './raw-tables.ts';

/** Services whose figures are read by the minute; with more, by so many minutes that their number stays bounded. */
const BY_MINUTE = 50;

/** Estimated bytes on disk of each service: its rows, each as large as the average row of its table. */
export async function bytesByService(store: Maintenance, inventory: Inventory): Promise<Map<string, number>> {
  const bytes = new Map<string, number>();
  for (const table of RAW_TABLES) {
    const { rows, bytesPerRow } = inventory.of(table);
    if (rows === 0) continue;
    const counted = await rowsOf<{ service: string; records: number }>(
      store,
      `SELECT ServiceName AS service, count() AS records FROM ${table.name} GROUP BY service`,
    );
    for (const { service, records } of counted)
      bytes.set(service, (bytes.get(service) ?? 0) + records * bytesPerRow);
  }
  return bytes;
}

/** The same within one day, slice by slice, what belongs to kept traces apart. Wants the day's kept traces in KEPT. */
export async function slicesOf(
  store: Maintenance,
  { inventory, day, services }: { inventory: Inventory; day: string; services: readonly string[] },
): Promise<Slice[]> {
  const step = 60 * Math.ceil(services.length / BY_MINUTE);
  const slices: Slice[] = [];
  for (const table of RAW_TABLES) {
    const { name, time, hasTraceId } = table;
    if (inventory.on(name, day) === undefined) continue;
    const { bytesPerRow } = inventory.of(table);
    const isKept = hasTraceId ? `${TRACE_HASH} IN ${KEPT}` : '0';
    const rows = await rowsOf<{ service: string; from: number; kept: number; stored: number }>(
      store,
      `SELECT ServiceName AS service, intDiv(toUnixTimestamp(${time}), ${step}) * ${step} AS from,
         countIf(${isKept}) AS kept, count() AS stored
       FROM ${name} WHERE _partition_id = '${day}' AND ServiceName IN (${services.map(quoted).join(', ')})
       GROUP BY service, from`,
    );
    for (const { service, from, kept, stored } of rows) {
      const ordinary = (stored - kept) * bytesPerRow;
      slices.push({ service, from, to: from + step, ordinary, kept: kept * bytesPerRow });
    }
  }
  return slices;
}
