import { ITEMS_A_STEP, type Steps } from './slices.ts';
import type { SpanNode, SpanTree } from './tree.ts';

/** More lanes than these share the last one. */
const MOST_LANES = 300;

export interface Flame {
  /** Spans of each lane by start; those of one lane do not overlap, but in the last. */
  lanes: SpanNode[][];
  laneOf: ReadonlyMap<SpanNode, number>;
}

/** Callers above what they called; what runs at the same time side by side, in the first lane that is free. */
export function* growFlame(tree: SpanTree): Steps<Flame> {
  const lanes: SpanNode[][] = [];
  const laneOf = new Map<SpanNode, number>();
  for (const [i, node] of tree.order.entries()) {
    let lane = node.parent ? (laneOf.get(node.parent) ?? 0) + 1 : 0;
    while (lane < MOST_LANES - 1 && (lanes[lane]?.at(-1)?.end ?? 0) > node.start) lane += 1;
    lane = Math.min(lane, MOST_LANES - 1);
    const list = lanes[lane];
    if (list) list.push(node);
    else lanes[lane] = [node];
    laneOf.set(node, lane);
    if (i % ITEMS_A_STEP === 0) yield;
  }
  for (let i = 0; i < lanes.length; i++) {
    lanes[i] ??= [];
    lanes[i]?.sort((a, b) => a.start - b.start);
  }
  return { lanes, laneOf };
}

export interface FlameBox {
  node: SpanNode;
  x: number;
  width: number;
}

/** What is drawn of a lane, px: spans out of sight are left out, and of those in one pixel the first stands for all. */
export function boxesOf(
  lane: readonly SpanNode[],
  at: (ns: number) => number,
  zoom: { from: number; to: number },
  width: number,
): FlameBox[] {
  const boxes: FlameBox[] = [];
  let drawn = Number.NEGATIVE_INFINITY;
  for (const node of lane) {
    if (node.end < zoom.from || node.start > zoom.to) continue;
    const x = at(node.start) * width;
    const right = at(node.end) * width;
    if (right <= drawn) continue;
    boxes.push({ node, x, width: Math.max(1, right - x) });
    drawn = Math.max(right, Math.floor(x) + 1);
  }
  return boxes;
}

/** The span under a point of a lane. */
export function hit(boxes: readonly FlameBox[], x: number): SpanNode | null {
  return boxes.find((box) => x >= box.x - 1 && x <= box.x + box.width + 1)?.node ?? null;
}

/** Where an arrow goes: up to the caller, down to the first call, sideways within the lane. */
export function flameMove(key: string, node: SpanNode, flame: Flame): SpanNode | null {
  const lane = flame.lanes[flame.laneOf.get(node) ?? 0] ?? [];
  const at = lane.indexOf(node);
  switch (key) {
    case 'ArrowUp':
      return node.parent;
    case 'ArrowDown':
      return node.children[0] ?? null;
    case 'ArrowLeft':
      return lane[at - 1] ?? null;
    case 'ArrowRight':
      return lane[at + 1] ?? null;
    case 'Home':
      return flame.lanes[0]?.[0] ?? null;
    default:
      return null;
  }
}
