import type { Snapshots } from '../snapshot/snapshots.ts';

/** Trace id of the business transaction that each of these sagas began in, where it is known. */
export async function traceIds(
  snapshots: Snapshots,
  sagaIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (sagaIds.length === 0 || !snapshots.has('orders', 'saga')) return new Map();
  const rows = await snapshots.rows<{ id: string; traceparent: string | null }>(
    'orders',
    `select id, carrier->>'traceparent' as traceparent from saga where id = any($1)`,
    [sagaIds],
  );
  return new Map(rows.map((row) => [row.id, traceIdOf(row.traceparent ?? '')]));
}

/** `00-<trace id>-<span id>-01`. */
export function traceIdOf(traceparent: string): string {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(traceparent)?.[1] ?? '';
}
