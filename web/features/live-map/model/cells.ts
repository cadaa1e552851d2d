import type { MapNode } from './structure.ts';

/** The room of a node around its middle, px: whatever it can show at once, its labels and badges too, lies within. */
export interface Cell {
  /** To the left and to the right. */
  half: number;
  up: number;
  down: number;
}

/** Below its picture stand a name and one quiet line. */
const LABELS_PX = 36;
/** Above a ring there is room for a fault's badge. */
const BADGE_PX = 36;
/** The widest cell; longer names are cut. */
export const CELL_PX = 152;
export const TANK = { width: 64, height: 34 } as const;
/** How far the tag of dead letters stands above the tank. */
const TAG_PX = 9;
/** Bold letters of 12 px, and plain ones of 11 px, are about so wide. */
const NAME_LETTER_PX = 6.7;
const WORD_LETTER_PX = 5.7;

const WIDE_KINDS: ReadonlySet<MapNode['kind']> = new Set(['service', 'cluster']);

/** How far an edge stays away from the middle of a node, px. */
export function radiusOf(node: MapNode): number {
  switch (node.kind) {
    case 'service':
      return node.hub ? 36 : 26;
    case 'client':
      return 22;
    case 'outside':
      return 18;
    case 'queue':
      return 34;
    case 'cluster':
      return 38;
  }
}

export function cellOf(node: MapNode): Cell {
  if (node.room) return node.room;
  if (node.kind === 'queue') {
    const middle = TANK.height / 2;
    return { half: 70, up: middle + TAG_PX + 2, down: middle + LABELS_PX };
  }
  const r = node.kind === 'outside' ? 14 : radiusOf(node);
  return { half: WIDE_KINDS.has(node.kind) ? CELL_PX / 2 : 60, up: r + BADGE_PX, down: r + LABELS_PX };
}

export function nameWidth(text: string): number {
  return text.length * NAME_LETTER_PX;
}

export function wordsWidth(text: string): number {
  return text.length * WORD_LETTER_PX;
}

/** A name as far as its cell has room for it. */
export function nameInCell(node: MapNode): string {
  const most = Math.floor((cellOf(node).half * 2) / NAME_LETTER_PX);
  return node.name.length <= most ? node.name : `${node.name.slice(0, most - 1)}…`;
}
