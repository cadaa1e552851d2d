/** The rows up to an instant; rows are in order of time. */
export function upTo<T extends { at: number }>(rows: readonly T[], at: number): T[] {
  let end = rows.length;
  while (end > 0 && (rows[end - 1]?.at ?? 0) > at) end -= 1;
  return rows.slice(0, end);
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
