import { cellOf, nameInCell, nameWidth, radiusOf, TANK } from './cells.ts';
import type { Point } from './layout.ts';
import type { MapNode } from './structure.ts';

/** Half the height of the port by which the outside is drawn. */
const PORT_PX = 14;

/** A rectangle on the map's canvas, px. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function intersects(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export function contains(box: Box, { x, y }: Point): boolean {
  return x > box.left && x < box.right && y > box.top && y < box.bottom;
}

function around({ x, y }: Point, half: number, up: number, down: number): Box {
  return { left: x - half, right: x + half, top: y - up, bottom: y + down };
}

/** The picture of a node, a ring or a tank, without its labels. */
export function pictureBox(node: MapNode, at: Point): Box {
  if (node.kind === 'queue') return around(at, TANK.width / 2 + 2, TANK.height / 2 + 2, TANK.height / 2 + 2);
  const r = node.kind === 'outside' ? PORT_PX : radiusOf(node) + 3;
  return around(at, r, r, r);
}

/** Its name and the line below it, at the widest. */
export function labelBox(node: MapNode, at: Point): Box {
  const { half, down } = cellOf(node);
  const top =
    at.y + (node.kind === 'queue' ? TANK.height / 2 : node.kind === 'outside' ? PORT_PX : radiusOf(node)) + 4;
  const width = Math.min(half, Math.max(nameWidth(nameInCell(node)) / 2, 44));
  return { left: at.x - width, right: at.x + width, top, bottom: at.y + down };
}

/** All that a node may ever show. */
export function cellBox(node: MapNode, at: Point): Box {
  const { half, up, down } = cellOf(node);
  return around(at, half, up, down);
}
