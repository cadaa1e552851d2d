import type { SpanView } from '@stormglass/agents/contract';

/** A span with what it called, in order of start. Offsets are nanoseconds from the start of its trace. */
export interface Nested {
  span: SpanView;
  children: Nested[];
  start: number;
  end: number;
  /** Nanoseconds in which none of its children worked. */
  selfNs: number;
}

/** How much of a span its children cover; two at once count once, what goes on after its end does not. */
function covered({ children, start, end }: Nested): number {
  let sum = 0;
  let until = start;
  for (const child of children) {
    const from = Math.max(child.start, until);
    const to = Math.min(child.end, end);
    if (to > from) sum += to - from;
    until = Math.max(until, to);
  }
  return sum;
}

/** Spans under their callers; one whose caller is missing stands at the top. */
export function nest(spans: readonly SpanView[]): Nested[] {
  const byId = new Map<string, Nested>();
  for (const span of spans) {
    const end = span.offsetNs + Math.max(0, span.durationNs);
    byId.set(span.spanId, { span, children: [], start: span.offsetNs, end, selfNs: 0 });
  }
  const roots: Nested[] = [];
  for (const node of byId.values()) {
    const parent = byId.get(node.span.parentSpanId);
    if (parent && parent !== node) parent.children.push(node);
    else roots.push(node);
  }
  for (const node of byId.values()) {
    node.children.sort((a, b) => a.start - b.start);
    node.selfNs = Math.max(0, node.end - node.start - covered(node));
  }
  return roots.sort((a, b) => a.start - b.start);
}
