import type { Row } from './rows.ts';

export type TreeMove = { select: string } | { toggle: string } | null;

/** What a key does in the tree: J, K and arrows move, left and right close and open, Enter opens or closes. */
export function treeMove(key: string, rows: readonly Row[], selected: string, page: number): TreeMove {
  const at = rows.findIndex((r) => r.key === selected);
  const row = rows[at];
  const go = (index: number): TreeMove => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, index))];
    return next ? { select: next.key } : null;
  };
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case 'ArrowDown':
    case 'j':
      return go(at + 1);
    case 'ArrowUp':
    case 'k':
      return go(at - 1);
    case 'Home':
      return go(0);
    case 'End':
      return go(rows.length - 1);
    case 'PageDown':
      return go(at + page);
    case 'PageUp':
      return go(at - page);
    case 'Enter':
      return row?.expandable ? { toggle: row.key } : null;
    case 'ArrowRight':
      return row?.collapsed ? { toggle: row.key } : go(at + 1);
    case 'ArrowLeft':
      if (row?.expandable && !row.collapsed) return { toggle: row.key };
      return row?.node.parent ? { select: row.node.parent.span.spanId } : null;
    default:
      return null;
  }
}
