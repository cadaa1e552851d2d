import type { Row } from './rows.ts';

export type TreeMove = { select: string } | { toggle: string } | null;

/** Where a key goes in a list: J, K and arrows by one, Home and End to the ends, pages. Null for any other key. */
export function listMove(key: string, at: number, length: number, page: number): number | null {
  const go = (index: number) => Math.min(length - 1, Math.max(0, index));
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case 'ArrowDown':
    case 'j':
      return go(at + 1);
    case 'ArrowUp':
    case 'k':
      return go(at - 1);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    case 'PageDown':
      return go(at + page);
    case 'PageUp':
      return go(at - page);
    default:
      return null;
  }
}

/** What a key does in the tree: as in a list; left and right close and open, Enter opens or closes. */
export function treeMove(key: string, rows: readonly Row[], at: number, page: number): TreeMove {
  const row = rows[at];
  const go = (index: number | null): TreeMove => {
    const next = index === null ? undefined : rows[index];
    return next ? { select: next.key } : null;
  };
  switch (key) {
    case 'Enter':
      return row?.expandable ? { toggle: row.key } : null;
    case 'ArrowRight':
      return row?.collapsed ? { toggle: row.key } : go(listMove('ArrowDown', at, rows.length, page));
    case 'ArrowLeft':
      if (row?.expandable && !row.collapsed) return { toggle: row.key };
      return go(above(rows, at));
    default:
      return go(listMove(key, at, rows.length, page));
  }
}

/** The line under which a line hangs. */
function above(rows: readonly Row[], at: number): number | null {
  const depth = rows[at]?.depth ?? 0;
  for (let i = at - 1; i >= 0; i--) if ((rows[i]?.depth ?? 0) < depth) return i;
  return null;
}
