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

/** What the visit's span waited for, the last to end first; work that outlives its caller counts up to its end. */
function awaited(visit: Visit): Visit[] {
  const found: Visit[] = [];
  for (const child of visit.node.children) {
    const from = Math.max(child.start, visit.from);
    const to = Math.min(child.end, visit.to);
    if (to > from && waitsForAnswer(child)) found.push({ node: child, from, to });
  }
  return found.sort((a, b) => b.to - a.to);
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
    const { spanId } = visit.node.span;
    let at = visit.to;
    for (const child of awaited(visit)) {
      if (child.to > at) continue;
      if (child.to < at) segments.push({ spanId, from: child.to, to: at });
      stack.push(child);
      at = child.from;
    }
    if (at > visit.from) segments.push({ spanId, from: visit.from, to: at });
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

/** The injected part which a span works in: its own, or that of the nearest span above it. */
function injectedAbove(node: SpanNode | undefined): SpanNode['injected'] {
  for (let up = node ?? null; up; up = up.parent) if (up.injected) return up.injected;
  return null;
}

/**
 * Nanoseconds of the critical path that a fault put in: what the caller would have been spared. The wait stands on the
 * receipt's span, while the path goes on to the spans inside it, so those count as injected too.
 */
export function injectedOnPath(tree: SpanTree, path: readonly Segment[]): number {
  let sum = 0;
  for (const segment of path) {
    const injected = injectedAbove(tree.byId.get(segment.spanId));
    if (injected)
      sum += Math.max(0, Math.min(segment.to, injected.to) - Math.max(segment.from, injected.from));
  }
  return sum;
}
