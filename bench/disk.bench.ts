import { TestCollector } from '../agents/collector/testing/collector.ts';
import { report } from './figure.ts';
import { fill } from './spans/fill.ts';

/** Bytes a span takes on disk after the store's own merges, in all and by column. Ids are random, as real ones are. */
const SPANS = Number(process.env.STORMGLASS_SPANS ?? 1_000_000);
const HOUR_MS = 3_600_000;

export async function run(): Promise<void> {
  const collector = await TestCollector.start();
  try {
    const spans = await fill(collector, { spans: SPANS, endMs: Date.now(), overMs: HOUR_MS, seed: 11 });
    const tell = (figure: string, bytes: number, goal: string | null) =>
      report({ bench: 'disk', figure, value: bytes / spans, unit: 'B/span', goal, params: { spans } });
    const tables = await collector.rows<{ name: string; bytes: number; indexes: number }>(
      `SELECT table AS name, toFloat64(sum(bytes_on_disk)) AS bytes, toFloat64(sum(secondary_indices_compressed_bytes)) AS indexes
       FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY bytes DESC`,
    );
    const all = tables.reduce((sum, table) => sum + table.bytes, 0);
    const traces = tables.find((table) => table.name === 'otel_traces');
    tell('everything', all, null);
    tell('spans with their indexes', traces?.bytes ?? 0, '<= 55');
    tell('spans without their indexes', (traces?.bytes ?? 0) - (traces?.indexes ?? 0), '<= 45');
    for (const table of tables) if (table.bytes > 0) tell(`table ${table.name}`, table.bytes, null);
    const columns = await collector.rows<{ name: string; bytes: number }>(
      `SELECT name, toFloat64(data_compressed_bytes) AS bytes FROM system.columns
       WHERE table = 'otel_traces' AND database = currentDatabase() AND bytes > 0 ORDER BY bytes DESC LIMIT 15`,
    );
    for (const column of columns) tell(`column ${column.name}`, column.bytes, null);
  } finally {
    await collector.dispose();
  }
}
