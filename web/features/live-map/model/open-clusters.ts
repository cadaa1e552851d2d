import type { Cluster } from './clusters.ts';

/** An address has room for so many. */
const MOST_KEPT = 60;

/** Which clusters are open, as the address says it: ids parted by commas, or `all`. */
export function readOpen(text: string): ReadonlySet<string> | 'all' {
  if (text === 'all') return 'all';
  return new Set(
    text
      .split(',')
      .filter((id) => id !== '')
      .map(unescapeId),
  );
}

export function writeOpen(open: ReadonlySet<string>, clusters: readonly Cluster[]): string {
  const known = clusters.filter(({ id }) => open.has(id));
  if (known.length > 0 && known.length === clusters.length) return 'all';
  return known
    .slice(0, MOST_KEPT)
    .map(({ id }) => escapeId(id))
    .join(',');
}

const escapeId = (id: string): string => id.replace(/[%,]/g, encodeURIComponent);

function unescapeId(text: string): string {
  return text.replaceAll('%2C', ',').replaceAll('%25', '%');
}
