/** Index of the first row whose instant is later than `at`; rows are in order of time. */
function firstAfter(rows: readonly { at: number }[], at: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows up to an instant, and not older than `maxAgeMs` at it; rows are in order of time. */
export function upTo<T extends { at: number }>(
  rows: readonly T[],
  at: number,
  maxAgeMs: number = Number.POSITIVE_INFINITY,
): T[] {
  const start = maxAgeMs === Number.POSITIVE_INFINITY ? 0 : firstAfter(rows, at - maxAgeMs);
  return rows.slice(start, firstAfter(rows, at));
}

/** Rows by a key, each group in the order of the rows. */
export function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const id = key(row);
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return groups;
}
