import type { SpanView, TraceDetail } from '@stormglass/agents/contract';
import { growGroups, type SpanGroup } from './groups.ts';
import { type Injected, injectedPart } from './injected.ts';
import { ITEMS_A_STEP, type Steps, whole } from './slices.ts';

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
  /** The injected part it works in: its own, or that of the nearest span above. */
  within: Injected | null;
  /** This span or one below it failed. */
  errorBelow: boolean;
  /** Spans below, all levels. */
  descendants: number;
  /** Nanoseconds this span worked on after its caller had stopped waiting; 0 when the caller waited. */
  outlivedCallerBy: number;
  /** Its start lies before its parent's: two clocks disagree. */
  skewed: boolean;
  /** It names a parent which is not among the spans. */
  orphan: boolean;
  /** It belongs to another trace, whose message was sent by this one. */
  linked: boolean;
  /** The group that stands for it while that is closed. */
  group: SpanGroup | null;
}

/** What the head says of a trace; spans of linked traces do not count. */
export interface TraceFigures {
  services: number;
  errors: number;
  receipts: number;
  orphans: number;
}

export interface SpanTree {
  roots: SpanNode[];
  byId: Map<string, SpanNode>;
  /** Callers before what they called. */
  order: SpanNode[];
  /** Nanoseconds from the first start to the last end. */
  total: number;
  figures: TraceFigures;
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

function makeNode(span: SpanView, traceId: string): SpanNode {
  const injected = injectedPart(span);
  return {
    span,
    parent: null,
    children: [],
    depth: 0,
    start: span.offsetNs,
    end: span.offsetNs + Math.max(0, span.durationNs),
    shape: shapeOf(span),
    injected,
    within: injected,
    errorBelow: span.status === 'error',
    descendants: 0,
    outlivedCallerBy: 0,
    skewed: false,
    orphan: false,
    linked: span.traceId !== traceId,
    group: null,
  };
}

/** Parents before children, without recursion: a trace may be thousands of spans deep. */
function* topDown(roots: readonly SpanNode[]): Steps<SpanNode[]> {
  const order: SpanNode[] = [];
  const stack = [...roots].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    order.push(node);
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i];
      if (child) stack.push(child);
    }
    if (order.length % ITEMS_A_STEP === 0) yield;
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
function* cutLoops(nodes: readonly SpanNode[], roots: SpanNode[]): Steps<void> {
  const reached = new Set(yield* topDown(roots));
  if (reached.size === nodes.length) return;
  for (const node of nodes) {
    if (reached.has(node)) continue;
    detach(node);
    roots.push(node);
    for (const below of yield* topDown([node])) reached.add(below);
  }
}

/** The span below which a node hangs: its parent, or the one that sent the message of a linked trace. */
function parentOf(node: SpanNode, byId: ReadonlyMap<string, SpanNode>): SpanNode | undefined {
  const parent = byId.get(node.span.parentSpanId);
  if (parent || !node.linked) return parent;
  for (const link of node.span.links) {
    const sender = byId.get(link.spanId);
    if (sender && !sender.linked) return sender;
  }
  return undefined;
}

function* link(nodes: readonly SpanNode[], byId: ReadonlyMap<string, SpanNode>): Steps<SpanNode[]> {
  const roots: SpanNode[] = [];
  for (const [i, node] of nodes.entries()) {
    const parent = parentOf(node, byId);
    if (parent && parent !== node) {
      node.parent = parent;
      parent.children.push(node);
    } else {
      node.orphan = node.span.parentSpanId !== '' && parent === undefined;
      roots.push(node);
    }
    if (i % ITEMS_A_STEP === 0) yield;
  }
  yield* cutLoops(nodes, roots);
  return roots;
}

/** A message is handled after the sender went on, so outliving it means nothing. */
function waitsForAnswer(child: SpanNode): boolean {
  return child.span.kind !== 'consumer' && child.parent?.span.kind !== 'producer';
}

/** Whether it hangs on a span of the trace that is looked at: the first span of a linked one. */
export function crossesTraces(node: SpanNode): boolean {
  return node.linked && node.parent?.linked !== true;
}

function* settle(order: readonly SpanNode[]): Steps<void> {
  for (const [i, node] of order.entries()) {
    node.children.sort((a, b) => a.start - b.start || b.end - a.end);
    if (i % ITEMS_A_STEP === 0) yield;
    if (!node.parent) continue;
    node.depth = node.parent.depth + 1;
    node.skewed = node.start < node.parent.start;
    if (crossesTraces(node)) continue;
    node.within ??= node.parent.within;
    if (waitsForAnswer(node)) node.outlivedCallerBy = Math.max(0, node.end - node.parent.end);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    if (i % ITEMS_A_STEP === 0) yield;
    if (!node?.parent) continue;
    node.parent.descendants += node.descendants + 1;
    if (!crossesTraces(node)) node.parent.errorBelow ||= node.errorBelow;
  }
}

function figuresOf(order: readonly SpanNode[]): TraceFigures {
  const services = new Set<string>();
  const figures = { services: 0, errors: 0, receipts: 0, orphans: 0 };
  for (const node of order) {
    if (node.linked) continue;
    services.add(node.span.service);
    if (node.span.status === 'error') figures.errors += 1;
    if (node.injected) figures.receipts += 1;
    if (node.orphan) figures.orphans += 1;
  }
  return { ...figures, services: services.size };
}

/**
 * Puts the spans of a trace into their tree; spans whose parent is missing become roots, and say so. Spans of another
 * trace hang below the span that sent their message.
 */
export function* growTree(detail: TraceDetail): Steps<SpanTree> {
  const nodes: SpanNode[] = [];
  const byId = new Map<string, SpanNode>();
  for (const span of detail.spans) {
    const node = makeNode(span, detail.traceId);
    nodes.push(node);
    byId.set(span.spanId, node);
    if (nodes.length % ITEMS_A_STEP === 0) yield;
  }
  const roots = (yield* link(nodes, byId)).sort((a, b) => a.start - b.start);
  yield* settle(yield* topDown(roots));
  // Again: now the children are in order.
  const order = yield* topDown(roots);
  yield* growGroups({ roots, order });
  let total = detail.durationNs;
  for (const node of nodes) total = Math.max(total, node.end);
  return { roots, byId, order, total: Math.max(1, total), figures: figuresOf(order) };
}

/** The tree at once. */
export function buildTree(detail: TraceDetail): SpanTree {
  return whole(growTree(detail));
}
