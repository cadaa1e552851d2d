/** What retention needs of the store: statements one after another, beside loads and queries and in the way of neither. */
export interface Maintenance {
  /** Runs a statement; rows of a SELECT come as JSONEachRow. */
  maintain(sql: string): Promise<Uint8Array>;
}

/** Statements name services, and their names are as long as services like. */
export const MAX_STATEMENT_BYTES = 16_777_216;

/**
 * One thread, so that ingest keeps the other cores, and a grouping that outgrows its memory goes to disk. A change of rows is
 * waited for.
 */
export function maintenanceSettings(engineMemoryBytes: number): string {
  const memory = Math.floor(engineMemoryBytes / 3);
  return `max_threads = 1, mutations_sync = 1, max_query_size = ${MAX_STATEMENT_BYTES}, max_memory_usage = ${memory},
    max_bytes_before_external_group_by = ${Math.floor(memory / 3)}`;
}

export async function rowsOf<T>(store: Maintenance, sql: string): Promise<T[]> {
  const text = Buffer.from(await store.maintain(sql)).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** Text that services have sent, as a literal that holds any byte. */
export const quoted = (text: string) => `unhex('${Buffer.from(text).toString('hex')}')`;
