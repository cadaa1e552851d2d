import type { Segment } from './critical-path.ts';
import type { Row } from './rows.ts';
import type { SpanNode, SpanTree } from './tree.ts';

/** The instants of a trace at which something starts or ends: what a fold must not hide. Root ends are left out. */
export function marksOf(tree: SpanTree): number[] {
  const marks: number[] = [];
  for (const node of tree.byId.values()) {
    marks.push(node.start, node.end);
    if (node.injected) marks.push(node.injected.from, node.injected.to);
  }
  return marks;
}

/** The span below which the caller stopped waiting: it failed, and something it called went on. */
export function gaveUp(node: SpanNode): boolean {
  return node.span.status === 'error' && node.children.some((child) => child.outlivedCallerBy > 0);
}

export interface Jump {
  key: string;
  /** Nanoseconds. */
  at: number;
  fromRow: number;
  toRow: number;
}

/** The hairlines that join the stretches of the critical path from row to row. */
export function jumpsOf(path: readonly Segment[], rowOf: ReadonlyMap<string, number>): Jump[] {
  const jumps: Jump[] = [];
  for (let i = 1; i < path.length; i++) {
    const a = path[i - 1];
    const b = path[i];
    if (!a || !b || a.spanId === b.spanId) continue;
    const fromRow = rowOf.get(a.spanId);
    const toRow = rowOf.get(b.spanId);
    if (fromRow === undefined || toRow === undefined) continue;
    jumps.push({
      key: `${i}`,
      at: b.from,
      fromRow: Math.min(fromRow, toRow),
      toRow: Math.max(fromRow, toRow),
    });
  }
  return jumps;
}

/** Stretches of the path by span. */
export function pathBySpan(path: readonly Segment[]): Map<string, Segment[]> {
  const groups = new Map<string, Segment[]>();
  for (const segment of path) {
    const list = groups.get(segment.spanId);
    if (list) list.push(segment);
    else groups.set(segment.spanId, [segment]);
  }
  return groups;
}

export type MiniTone = 'span' | 'error' | 'fault' | 'message';

export interface MiniRun {
  lane: number;
  from: number;
  to: number;
  tone: MiniTone;
}

const TONE_RANK: Record<MiniTone, number> = { span: 0, message: 1, error: 2, fault: 3 };

function toneOf(node: SpanNode): MiniTone {
  if (node.injected) return 'fault';
  if (node.span.status === 'error') return 'error';
  return node.shape === 'message' ? 'message' : 'span';
}

/**
 * The whole trace in few rectangles, whatever its size: a grid of lanes x columns in true scale, in which the most
 * telling tone of a cell wins. `from` and `to` are columns.
 */
export function miniature(rows: readonly Row[], total: number, lanes: number, columns: number): MiniRun[] {
  const grid: (MiniTone | undefined)[] = new Array(lanes * columns);
  const height = Math.max(lanes, rows.length);
  rows.forEach(({ node }, i) => {
    const lane = Math.floor((i / height) * lanes);
    const first = Math.floor((node.start / total) * (columns - 1));
    const last = Math.max(first, Math.floor((node.end / total) * (columns - 1)));
    const tone = toneOf(node);
    for (let c = first; c <= last; c++) {
      const before = grid[lane * columns + c];
      if (before === undefined || TONE_RANK[tone] > TONE_RANK[before]) grid[lane * columns + c] = tone;
    }
  });
  return runsOf(grid, lanes, columns);
}

function runsOf(grid: readonly (MiniTone | undefined)[], lanes: number, columns: number): MiniRun[] {
  const runs: MiniRun[] = [];
  for (let lane = 0; lane < lanes; lane++) {
    let open: MiniRun | null = null;
    for (let c = 0; c < columns; c++) {
      const tone = grid[lane * columns + c];
      if (open && tone === open.tone) open.to = c + 1;
      else {
        open = tone === undefined ? null : { lane, from: c, to: c + 1, tone };
        if (open) runs.push(open);
      }
    }
  }
  return runs;
}
