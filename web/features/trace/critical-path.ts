import { criticalPath as pathOf } from '@stormglass/agents/contract';
import type { SpanNode, SpanTree } from './tree.ts';

/** A stretch of the critical path: the trace could not have been shorter than this span's own work here. */
export interface Segment {
  spanId: string;
  /** Nanoseconds from the trace's start. */
  from: number;
  to: number;
}

/**
 * The critical path (agents/contract/critical-path.ts) with each stretch on its own span's clock, where its bar is.
 * In order of time.
 */
export function criticalPath(tree: SpanTree): Segment[] {
  const spans = [...tree.byId.values()].map((node) => node.span);
  return pathOf(spans)
    .map(({ spanId, from, to, shiftNs }) => ({ spanId, from: from - shiftNs, to: to - shiftNs }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
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
