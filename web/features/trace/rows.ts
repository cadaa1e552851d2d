import type { SpanGroup } from './groups.ts';
import { ITEMS_A_STEP, type Steps, whole } from './slices.ts';
import { crossesTraces, type SpanNode, type SpanTree } from './tree.ts';

export type Arrangement = 'calls' | 'errors' | 'services';

/** One line of the waterfall: a span, or several on one line. */
export interface Row {
  key: string;
  node: SpanNode;
  /** The spans of a group's line, `node` is the first. Empty for an ordinary row. */
  group: readonly SpanNode[];
  kind: 'span' | 'service' | SpanGroup['kind'];
  depth: number;
  collapsed: boolean;
  expandable: boolean;
}

/** What begins closed opens when its key is among the toggled ones; everything else closes. */
function isClosed(toggled: ReadonlySet<string>, key: string, closedAtFirst: boolean): boolean {
  return toggled.has(key) !== closedAtFirst;
}

export const serviceKey = (service: string) => `@${service}`;

/** Key of a group's line. */
export function groupKey({ nodes }: SpanGroup): string {
  return `${nodes[0]?.span.spanId}+`;
}

/** Attempts are why a person looks; statements are in the way. */
function groupClosed(group: SpanGroup, toggled: ReadonlySet<string>): boolean {
  return isClosed(toggled, groupKey(group), group.kind === 'statements');
}

function spanRow(node: SpanNode, depth: number, toggled: ReadonlySet<string>): Row {
  const { spanId } = node.span;
  const expandable = node.children.length > 0;
  const collapsed = expandable && isClosed(toggled, spanId, crossesTraces(node));
  return { key: spanId, node, group: [], kind: 'span', depth, collapsed, expandable };
}

function groupRow(group: SpanGroup, node: SpanNode, depth: number, toggled: ReadonlySet<string>): Row {
  const collapsed = groupClosed(group, toggled);
  const { kind, nodes } = group;
  return { key: groupKey(group), node, group: nodes, kind, depth, collapsed, expandable: true };
}

interface Item {
  node: SpanNode;
  group: SpanGroup | null;
  depth: number;
}

const failed = ({ node, group }: Item) =>
  Number(group ? group.nodes.some((member) => member.errorBelow) : node.errorBelow);

/** What stands below one span: a group takes the place of its first. */
function itemsOf(nodes: readonly SpanNode[], depth: number, failing: boolean): Item[] {
  const items: Item[] = [];
  for (const node of nodes) {
    if (!node.group || node.group.nodes[0] === node) items.push({ node, group: node.group, depth });
  }
  return failing ? items.sort((a, b) => failed(b) - failed(a) || a.node.start - b.node.start) : items;
}

/** What a line shows when it is open. */
function below({ node, group, depth }: Item, failing: boolean): Item[] {
  if (!group) return itemsOf(node.children, depth + 1, failing);
  return group.nodes.map((member) => ({ node: member, group: null, depth: depth + 1 }));
}

/** The call tree, failures first if so wished. */
function* callRows(tree: SpanTree, toggled: ReadonlySet<string>, failing: boolean): Steps<Row[]> {
  const rows: Row[] = [];
  const stack = itemsOf(tree.roots, 0, failing).reverse();
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { node, group, depth } = item;
    const row = group ? groupRow(group, node, depth, toggled) : spanRow(node, depth, toggled);
    rows.push(row);
    if (rows.length % ITEMS_A_STEP === 0) yield;
    if (row.collapsed) continue;
    const items = below(item, failing);
    for (let i = items.length - 1; i >= 0; i--) {
      const next = items[i];
      if (next) stack.push(next);
    }
  }
  return rows;
}

/** One line a service with everything it did, which opens to its spans in order of time. */
function* serviceRows(tree: SpanTree, toggled: ReadonlySet<string>): Steps<Row[]> {
  const services = new Map<string, SpanNode[]>();
  for (const node of tree.order) {
    const list = services.get(node.span.service);
    if (list) list.push(node);
    else services.set(node.span.service, [node]);
  }
  const rows: Row[] = [];
  for (const [service, group] of [...services].sort(([a], [b]) => a.localeCompare(b))) {
    group.sort((a, b) => a.start - b.start);
    const node = group[0];
    if (!node) continue;
    const key = serviceKey(service);
    const collapsed = isClosed(toggled, key, true);
    rows.push({ key, node, group, kind: 'service', depth: 0, collapsed, expandable: true });
    if (collapsed) continue;
    for (const member of group) {
      rows.push({ ...spanRow(member, 1, toggled), collapsed: false, expandable: false });
      if (rows.length % ITEMS_A_STEP === 0) yield;
    }
  }
  return rows;
}

/**
 * The visible lines: the call tree, the same with failures first, or by service. `toggled` holds the keys of what a
 * person closed, or opened where it is closed at first: statements, services, linked traces.
 */
export function growRows(
  tree: SpanTree,
  toggled: ReadonlySet<string>,
  arrangement: Arrangement,
): Steps<Row[]> {
  if (arrangement === 'services') return serviceRows(tree, toggled);
  return callRows(tree, toggled, arrangement === 'errors');
}

/** The visible lines at once. */
export function visibleRows(tree: SpanTree, toggled: ReadonlySet<string>, arrangement: Arrangement): Row[] {
  return whole(growRows(tree, toggled, arrangement));
}

/** Where each span is drawn: its own line, or that of the closed group which holds it. */
export function* growIndex(rows: readonly Row[]): Steps<Map<string, number>> {
  const index = new Map<string, number>();
  let items = 0;
  for (const [i, row] of rows.entries()) {
    for (const node of row.collapsed ? row.group : []) {
      index.set(node.span.spanId, i);
      if (items++ % ITEMS_A_STEP === 0) yield;
    }
    index.set(row.key, i);
    if (items++ % ITEMS_A_STEP === 0) yield;
  }
  return index;
}

/** The same at once. */
export function rowIndex(rows: readonly Row[]): Map<string, number> {
  return whole(growIndex(rows));
}

function flip(toggled: Set<string>, key: string): void {
  if (!toggled.delete(key)) toggled.add(key);
}

/** `toggled` so that a span has a line of its own: what is closed above it opens, and the group that holds it. */
export function opened(
  node: SpanNode,
  toggled: ReadonlySet<string>,
  arrangement: Arrangement,
): ReadonlySet<string> {
  const next = new Set(toggled);
  if (arrangement === 'services') {
    const key = serviceKey(node.span.service);
    if (isClosed(next, key, true)) flip(next, key);
    return next;
  }
  for (let at: SpanNode | null = node; at; at = at.parent) {
    if (at !== node && isClosed(next, at.span.spanId, crossesTraces(at))) flip(next, at.span.spanId);
    if (at.group && groupClosed(at.group, next)) flip(next, groupKey(at.group));
  }
  return next;
}
