import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { readLauncherFile } from '../scripts/launch/data-dir.ts';
import type { System } from './system.ts';

/** What is looked for: exact texts by name, and one pattern that RE2, POSIX and JavaScript read alike. */
export interface Sought {
  texts: Readonly<Record<string, string>>;
  pattern: string;
}

/** Where something was found, and how often. */
export interface Hit {
  where: string;
  rows: number;
}

/** Every table of every database of the shop and of its broker, each row as text. */
export async function inPostgres(system: System, { texts, pattern }: Sought): Promise<Hit[]> {
  const hits: Hit[] = [];
  for (const [name, url] of Object.entries(readLauncherFile(system.dataDir).databases)) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      for (const table of await tablesOf(client)) {
        const { rows } = await client.query<{ n: number }>(
          `select count(*)::int as n from ${table} t where t::text ~ $2
             or exists (select from unnest($1::text[]) sought where position(sought in t::text) > 0)`,
          [Object.values(texts), pattern],
        );
        hits.push({ where: `${name}: ${table}`, rows: rows[0]?.n ?? 0 });
      }
    } finally {
      await client.end();
    }
  }
  return hits;
}

async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  return rows.map(({ name }) => name);
}

/** Types of columns that hold words. Sketches and counters, which cannot be read as text, hold none. */
const WORDS = "type not like '%AggregateFunction%' and match(type, 'String|Map|Array|Tuple|JSON|Enum')";

/** Every table of the telemetry store, a column at a time: the store gives up a question that takes too long. */
export async function inTelemetry(system: System, { texts, pattern }: Sought): Promise<Hit[]> {
  const ask = asker(system);
  const columns = await ask<{ table: string; name: string }>(
    `select table, name from system.columns where database = currentDatabase() and ${WORDS}
       and table in (select name from system.tables where database = currentDatabase()
         and engine not like '%View%' and total_rows > 0)`,
    {},
  );
  const hits: Hit[] = [];
  for (const { table, name } of columns) {
    const words = `toString(\`${name}\`)`;
    const [found] = await ask<{ n: string; all: string }>(
      `select countIf(multiSearchAny(${words}, {texts:Array(String)}) or match(${words}, {pattern:String})) as n,
         count() as all from \`${table}\``,
      { texts: `[${Object.values(texts).map((text) => `'${text}'`)}]`, pattern },
    );
    hits.push({ where: `telemetry: ${table}.${name}, ${found?.all} rows`, rows: Number(found?.n ?? -1) });
  }
  return hits;
}

function asker(system: System) {
  const { collector, collectorSecret } = readLauncherFile(system.dataDir);
  return async <Row>(query: string, parameters: Record<string, string>): Promise<Row[]> => {
    const url = new URL(collector);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(`param_${name}`, value);
    const headers = { 'x-clickhouse-key': collectorSecret };
    const answer = await fetch(url, { method: 'POST', headers, body: `${query} format JSON` });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${query}: ${text}`);
    return (JSON.parse(text) as { data: Row[] }).data;
  };
}

/** Files of ours: logs, the collector's spool, the dashboard's own state. Databases are asked, not read. */
export function inFiles(system: System, sought: Sought): Hit[] {
  const files = ['logs', 'collector/spool', 'web'].flatMap((folder) =>
    readdirSync(join(system.dataDir, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return files.map((file) => ({
    where: file.slice(system.dataDir.length + 1),
    rows: timesIn(readFileSync(file, 'latin1'), sought),
  }));
}

/** How much of what is sought stands in a text. */
export function timesIn(text: string, { texts, pattern }: Sought): number {
  const exact = Object.values(texts).filter((sought) => text.includes(sought)).length;
  return exact + Number(new RegExp(pattern).test(text));
}
