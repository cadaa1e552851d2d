import type { SpanNode, SpanTree } from './tree.ts';

export type Arrangement = 'calls' | 'errors' | 'services';

/** One line of the waterfall. */
export interface Row {
  key: string;
  node: SpanNode;
  /** Several statements on one line: their spans, `node` is the first. Empty for an ordinary row. */
  group: SpanNode[];
  depth: number;
  collapsed: boolean;
  expandable: boolean;
}

/** So many statements in a row become one line. */
const GROUP_FROM = 3;

const errorsFirst = (a: SpanNode, b: SpanNode) =>
  Number(b.errorBelow) - Number(a.errorBelow) || a.start - b.start;
const byService = (a: SpanNode, b: SpanNode) =>
  a.span.service.localeCompare(b.span.service) || a.start - b.start;

/** A statement to a database which went well and called nothing else. */
function isStatement(node: SpanNode): boolean {
  const { attributes, status } = node.span;
  const database = attributes['db.system.name'] ?? attributes['db.system'];
  return database !== undefined && status !== 'error' && node.children.length === 0 && node.injected === null;
}

function plainRow(node: SpanNode, collapsed: boolean): Row {
  const expandable = node.children.length > 0;
  return { key: node.span.spanId, node, group: [], depth: node.depth, collapsed, expandable };
}

type Item = SpanNode | SpanNode[];

/** Children in order, runs of statements of one service taken together. */
function items(children: SpanNode[]): Item[] {
  const out: Item[] = [];
  let run: SpanNode[] = [];
  const end = () => {
    if (run.length >= GROUP_FROM) out.push(run);
    else out.push(...run);
    run = [];
  };
  for (const child of children) {
    if (!isStatement(child)) {
      end();
      out.push(child);
      continue;
    }
    if (run[0] && run[0].span.service !== child.span.service) end();
    run.push(child);
  }
  end();
  return out;
}

/** Key of a group's line; it is closed until its key is among the toggled ones. */
export function groupKey(group: readonly SpanNode[]): string {
  return `${group[0]?.span.spanId}+`;
}

function pushGroup(rows: Row[], group: SpanNode[], toggled: ReadonlySet<string>): void {
  const first = group[0];
  if (!first) return;
  const key = groupKey(group);
  const open = toggled.has(key);
  rows.push({ key, node: first, group, depth: first.depth, collapsed: !open, expandable: true });
  if (!open) return;
  for (const node of group) rows.push({ ...plainRow(node, false), depth: node.depth + 1 });
}

/**
 * The visible lines: the call tree, the same with failures first, or a flat list by service. `toggled` holds the keys of
 * closed spans and of opened groups.
 */
export function visibleRows(tree: SpanTree, toggled: ReadonlySet<string>, arrangement: Arrangement): Row[] {
  if (arrangement === 'services') {
    return [...tree.byId.values()]
      .sort(byService)
      .map((node) => ({ ...plainRow(node, false), depth: 0, expandable: false }));
  }
  const order = (nodes: SpanNode[]) => (arrangement === 'errors' ? [...nodes].sort(errorsFirst) : nodes);
  const rows: Row[] = [];
  const stack: Item[] = items(order(tree.roots)).reverse();
  for (let item = stack.pop(); item; item = stack.pop()) {
    if (Array.isArray(item)) {
      pushGroup(rows, item, toggled);
      continue;
    }
    const closed = toggled.has(item.span.spanId);
    rows.push(plainRow(item, closed));
    if (!closed) for (const child of items(order(item.children)).reverse()) stack.push(child);
  }
  return rows;
}

/** Where each span is drawn: its own line, or that of the group which holds it. */
export function rowIndex(rows: readonly Row[]): Map<string, number> {
  const index = new Map<string, number>();
  rows.forEach((row, i) => {
    for (const node of row.group) index.set(node.span.spanId, i);
    index.set(row.key, i);
  });
  return index;
}
