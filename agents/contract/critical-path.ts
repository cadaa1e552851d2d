import type { SpanView } from './trace.ts';

/** What the path is computed from. Offsets are nanoseconds from any common instant. */
export type PathSpan = Pick<SpanView, 'spanId' | 'parentSpanId' | 'kind' | 'offsetNs' | 'durationNs'>;

/**
 * A stretch of the critical path: the trace could not have been shorter than this span's own work here. `from` and `to`
 * are on the clock of the main root; `shiftNs` is what was added to the span's own clock, 0 where the clocks agree.
 */
export interface PathSegment {
  spanId: string;
  from: number;
  to: number;
  shiftNs: number;
}

interface Node {
  span: PathSpan;
  children: Node[];
  start: number;
  end: number;
  shift: number;
}

interface Visit {
  node: Node;
  from: number;
  to: number;
}

/**
 * Walks back from the end of the main root: at each moment the span nobody below was working for is on the path. What
 * handles a message is not waited for, so it is never on it. Returned in order of time, without gaps.
 */
export function criticalPath(spans: readonly PathSpan[]): PathSegment[] {
  const root = mainRoot(link(spans));
  if (root === null) return [];
  alignClocks(root);
  const segments: PathSegment[] = [];
  const stack: Visit[] = [{ node: root, from: root.start, to: root.end }];
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    const { span, shift } = visit.node;
    const work = (from: number, to: number) =>
      segments.push({ spanId: span.spanId, from, to, shiftNs: shift });
    let at = visit.to;
    for (const child of awaited(visit)) {
      if (child.to > at) continue;
      if (child.to < at) work(child.to, at);
      stack.push(child);
      at = child.from;
    }
    if (at > visit.from) work(visit.from, at);
  }
  return segments.sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Roots with their trees; a loop (broken telemetry) is cut where it is met first. */
function link(spans: readonly PathSpan[]): Node[] {
  const nodes = spans.map((span): Node => {
    const end = span.offsetNs + Math.max(0, span.durationNs);
    return { span, children: [], start: span.offsetNs, end, shift: 0 };
  });
  const byId = new Map(nodes.map((node) => [node.span.spanId, node]));
  const roots: Node[] = [];
  for (const node of nodes) {
    const parent = byId.get(node.span.parentSpanId);
    if (parent === undefined || parent === node) roots.push(node);
    else parent.children.push(node);
  }
  const reached = new Set<Node>();
  for (const root of roots) reach(root, reached);
  for (const node of nodes) {
    if (reached.has(node)) continue;
    const parent = byId.get(node.span.parentSpanId);
    if (parent !== undefined) parent.children = parent.children.filter((child) => child !== node);
    roots.push(node);
    reach(node, reached);
  }
  return roots;
}

function reach(root: Node, reached: Set<Node>): void {
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const child of node.children) stack.push(child);
  }
}

/** The root somebody waited for: the longest one which handles no message. */
function mainRoot(roots: readonly Node[]): Node | null {
  let best: Node | null = null;
  for (const root of roots) {
    if (root.span.kind === 'consumer' && roots.length > 1) continue;
    if (best === null || root.end - root.start > best.end - best.start) best = root;
  }
  return best;
}

/**
 * A server cannot start before its caller called, nor after the caller had its answer: where it seems to, two clocks
 * disagree, and it is moved, with all below it, to the middle of the call, or to its start when it is longer.
 */
function alignClocks(root: Node): void {
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.children) {
      child.shift = node.shift;
      const crossing = node.span.kind === 'client' && child.span.kind === 'server';
      const start = child.start + child.shift;
      if (crossing && (start < node.start || start > node.end)) {
        const slack = Math.max(0, node.end - node.start - (child.end - child.start));
        child.shift = node.start + Math.floor(slack / 2) - child.start;
      }
      child.start += child.shift;
      child.end += child.shift;
      stack.push(child);
    }
  }
}

/** What the visit's span waited for, the last to end first; work that outlives its caller counts up to its end. */
function awaited({ node, from, to }: Visit): Visit[] {
  if (node.span.kind === 'producer') return [];
  const found: Visit[] = [];
  for (const child of node.children) {
    const visit = { node: child, from: Math.max(child.start, from), to: Math.min(child.end, to) };
    if (visit.to > visit.from && child.span.kind !== 'consumer') found.push(visit);
  }
  return found.sort((a, b) => b.to - a.to);
}
