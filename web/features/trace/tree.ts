import type { SpanView, TraceDetail } from '@stormglass/agents/contract';
import { type Injected, injectedPart } from './injected.ts';

export type SpanShape = 'server' | 'client' | 'inside' | 'message';

/** A span in its place. Offsets and durations are nanoseconds from the trace's start. */
export interface SpanNode {
  span: SpanView;
  parent: SpanNode | null;
  children: SpanNode[];
  depth: number;
  start: number;
  end: number;
  shape: SpanShape;
  injected: Injected | null;
  /** This span or one below it failed. */
  errorBelow: boolean;
  /** Spans below, all levels. */
  descendants: number;
  /** Nanoseconds this span worked on after its caller had stopped waiting; 0 when the caller waited. */
  outlivedCallerBy: number;
  /** Its start lies before its parent's: two clocks disagree. */
  skewed: boolean;
}

export interface SpanTree {
  roots: SpanNode[];
  byId: Map<string, SpanNode>;
  /** Nanoseconds from the first start to the last end. */
  total: number;
}

function shapeOf(span: SpanView): SpanShape {
  switch (span.kind) {
    case 'server':
      return 'server';
    case 'client':
      return 'client';
    case 'producer':
    case 'consumer':
      return 'message';
    case 'internal':
    case 'unspecified':
      return 'inside';
  }
}

function makeNode(span: SpanView): SpanNode {
  return {
    span,
    parent: null,
    children: [],
    depth: 0,
    start: span.offsetNs,
    end: span.offsetNs + Math.max(0, span.durationNs),
    shape: shapeOf(span),
    injected: injectedPart(span),
    errorBelow: span.status === 'error',
    descendants: 0,
    outlivedCallerBy: 0,
    skewed: false,
  };
}

/** Parents before children, without recursion: a trace may be thousands of spans deep. */
function topDown(roots: SpanNode[]): SpanNode[] {
  const order: SpanNode[] = [];
  const stack = [...roots].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    order.push(node);
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i];
      if (child) stack.push(child);
    }
  }
  return order;
}

function detach(node: SpanNode): void {
  const { parent } = node;
  if (!parent) return;
  parent.children = parent.children.filter((child) => child !== node);
  node.parent = null;
}

/** Spans in a loop (broken telemetry) are under no root: each loop is cut at one of its spans, which becomes a root. */
function cutLoops(nodes: SpanNode[], roots: SpanNode[]): void {
  const reached = new Set(topDown(roots));
  for (const node of nodes) {
    if (reached.has(node)) continue;
    detach(node);
    roots.push(node);
    for (const below of topDown([node])) reached.add(below);
  }
}

function link(nodes: SpanNode[], byId: Map<string, SpanNode>): SpanNode[] {
  const roots: SpanNode[] = [];
  for (const node of nodes) {
    const parent = byId.get(node.span.parentSpanId);
    if (parent && parent !== node) {
      node.parent = parent;
      parent.children.push(node);
    } else roots.push(node);
  }
  cutLoops(nodes, roots);
  return roots;
}

/** A message is handled after the sender went on, so outliving it means nothing. */
function waitsForAnswer(child: SpanNode): boolean {
  return child.span.kind !== 'consumer' && child.parent?.span.kind !== 'producer';
}

function settle(roots: SpanNode[]): void {
  const order = topDown(roots);
  for (const node of order) {
    node.children.sort((a, b) => a.start - b.start || b.end - a.end);
    if (!node.parent) continue;
    node.depth = node.parent.depth + 1;
    node.skewed = node.start < node.parent.start;
    if (waitsForAnswer(node)) node.outlivedCallerBy = Math.max(0, node.end - node.parent.end);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    if (!node?.parent) continue;
    node.parent.descendants += node.descendants + 1;
    node.parent.errorBelow ||= node.errorBelow;
  }
}

/** Puts the spans of a trace into their tree; spans whose parent is missing become roots. */
export function buildTree(detail: TraceDetail): SpanTree {
  const nodes = detail.spans.map(makeNode);
  const byId = new Map(nodes.map((node) => [node.span.spanId, node]));
  const roots = link(nodes, byId).sort((a, b) => a.start - b.start);
  settle(roots);
  let total = detail.durationNs;
  for (const node of nodes) total = Math.max(total, node.end);
  return { roots, byId, total: Math.max(1, total) };
}
