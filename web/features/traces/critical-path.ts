import type { SpanNode, SpanTree } from './tree.ts';
import { waitsForAnswer } from './tree.ts';

/** A stretch of the critical path: the trace could not have been shorter than this span's own work here. */
export interface Segment {
  spanId: string;
  /** Nanoseconds from the trace's start. */
  from: number;
  to: number;
}

interface Visit {
  node: SpanNode;
  from: number;
  to: number;
}

/** The child that ended last before `at`; work that outlives its caller counts up to the caller's end. */
function lastEnding(children: SpanNode[], visit: Visit, at: number): Visit | null {
  let best: Visit | null = null;
  for (const child of children) {
    if (!waitsForAnswer(child)) continue;
    const from = Math.max(child.start, visit.from);
    const to = Math.min(child.end, visit.to);
    if (to > at || to <= from) continue;
    if (!best || to > best.to) best = { node: child, from, to };
  }
  return best;
}

/**
 * Walks back from the end of the main root: at each moment the span nobody below was working for is on the path.
 * Consumers are not waited for, so they are never on it. Returned in order of time.
 */
export function criticalPath(tree: SpanTree): Segment[] {
  const root = mainRoot(tree);
  if (!root) return [];
  const segments: Segment[] = [];
  const stack: Visit[] = [{ node: root, from: root.start, to: root.end }];
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    let at = visit.to;
    for (let child = lastEnding(visit.node.children, visit, at); child; ) {
      if (child.to < at) segments.push({ spanId: visit.node.span.spanId, from: child.to, to: at });
      stack.push(child);
      at = child.from;
      child = lastEnding(visit.node.children, visit, at);
    }
    if (at > visit.from) segments.push({ spanId: visit.node.span.spanId, from: visit.from, to: at });
  }
  return segments.sort((a, b) => a.from - b.from || a.to - b.to);
}

/** The root somebody waited for: the longest one which is no message handler. */
export function mainRoot(tree: SpanTree): SpanNode | null {
  let best: SpanNode | null = null;
  for (const root of tree.roots) {
    if (root.span.kind === 'consumer' && tree.roots.length > 1) continue;
    if (!best || root.end - root.start > best.end - best.start) best = root;
  }
  return best;
}

/** Nanoseconds of the critical path that a fault put in: what the caller would have been spared. */
export function injectedOnPath(tree: SpanTree, path: readonly Segment[]): number {
  let sum = 0;
  for (const segment of path) {
    const injected = tree.byId.get(segment.spanId)?.injected;
    if (!injected) continue;
    sum += Math.max(0, Math.min(segment.to, injected.to) - Math.max(segment.from, injected.from));
  }
  return sum;
}
