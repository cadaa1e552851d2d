import type { Completion, CompletionSearch } from '../../contract/figures.ts';
import { Binder } from './binder.ts';
import { bounds, LIMITS, type Store, within } from './client.ts';
import { SCOPE_COLUMNS } from './conditions.ts';

/** Above so many spans in the range a part of them is read. */
const MAX_READ = 200_000;

type Entry = Completion['entries'][number];
/** By the tags of store/flat.ts. */
const TYPE_OF: Record<string, Entry['type']> = {
  '': 'string',
  e: 'string',
  i: 'int',
  d: 'double',
  b: 'bool',
  j: 'json',
  y: 'bytes',
  n: 'empty',
};

/** Keys of attributes, or the values of one, with how often they stand on the spans of a range. */
export async function completion(
  store: Store,
  search: CompletionSearch,
  signal?: AbortSignal,
): Promise<Completion> {
  const binder = new Binder();
  const service =
    search.service === undefined ? '' : `AND ServiceName = ${binder.bind(search.service, 'String')}`;
  const inRange = `${within('Timestamp')} ${service}`;
  const range = { ...binder.params, ...bounds(search) };
  const [counted] = await store.rows<{ spans: number }>(
    `SELECT count() AS spans FROM otel_traces WHERE ${inRange}`,
    range,
    signal,
    LIMITS.lookup,
  );
  const spans = counted?.spans ?? 0;
  const oneIn = Math.max(1, Math.ceil(spans / MAX_READ));
  const sampled = oneIn === 1 ? inRange : `${inRange} AND cityHash64(Timestamp) % ${oneIn} = 0`;
  const entries = entriesSql(search, sampled, binder);
  const [read, rows] = await Promise.all([
    oneIn === 1
      ? [{ spans }]
      : store.rows<{ spans: number }>(
          `SELECT count() AS spans FROM otel_traces WHERE ${sampled}`,
          range,
          signal,
          LIMITS.lookup,
        ),
    store.rows<{ text: string; tag: string; count: number; found: number }>(
      entries,
      { ...range, ...binder.params, limit: search.limit },
      signal,
      LIMITS.scan,
    ),
  ]);
  return {
    entries: rows.map(({ text, tag, count }) => ({ text, type: TYPE_OF[tag] ?? 'string', count })),
    found: rows[0]?.found ?? 0,
    ...{ spans, read: read[0]?.spans ?? 0, oneIn },
  };
}

function entriesSql(search: CompletionSearch, where: string, binder: Binder): string {
  const { values, types } = SCOPE_COLUMNS[search.scope];
  const repeated = search.scope === 'event' || search.scope === 'link';
  const source = repeated
    ? `(SELECT V, T FROM otel_traces ARRAY JOIN ${values} AS V, ${types} AS T WHERE ${where})`
    : `(SELECT ${values} AS V, ${types} AS T FROM otel_traces WHERE ${where})`;
  const like = (text: string) =>
    search.text === ''
      ? ''
      : `AND positionCaseInsensitiveUTF8(${text}, ${binder.bind(search.text, 'String')}) > 0`;
  const grouped =
    search.key === undefined
      ? `SELECT toString(K) AS text, T[K] AS tag, count() AS count FROM ${source} ARRAY JOIN mapKeys(V) AS K
          WHERE 1 ${like('K')} GROUP BY text, tag`
      : valuesSql(source, binder.bind(search.key, 'String'), like);
  return `SELECT *, count() OVER () AS found FROM (${grouped}) ORDER BY count DESC, text LIMIT {limit:UInt32}`;
}

function valuesSql(source: string, key: string, like: (text: string) => string): string {
  const value = `V[${key}]`;
  return `SELECT ${value} AS text, T[${key}] AS tag, count() AS count FROM ${source}
    WHERE mapContains(V, ${key}) ${like(value)} GROUP BY text, tag`;
}
