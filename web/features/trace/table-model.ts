import { ITEMS_A_STEP, type Steps } from './slices.ts';
import type { SpanNode, SpanTree } from './tree.ts';

export type TableColumn = 'start' | 'duration' | 'own' | 'service' | 'operation' | 'status';

export interface TableOrder {
  column: TableColumn;
  descending: boolean;
}

/** The order of an address: a column, with a minus before it for descending. */
export function parseOrder(text: string): TableOrder {
  const column = text.replace(/^-/, '');
  const known: readonly string[] = ['start', 'duration', 'own', 'service', 'operation', 'status'];
  if (!known.includes(column)) return { column: 'start', descending: false };
  return { column: column as TableColumn, descending: text.startsWith('-') };
}

/** Nanoseconds in which a span worked and none of what it called did. */
export function ownTime(node: SpanNode): number {
  let covered = 0;
  let at = node.start;
  for (const child of node.children) {
    const from = Math.max(at, child.start);
    const to = Math.min(node.end, child.end);
    if (to <= from) continue;
    covered += to - from;
    at = to;
  }
  return Math.max(0, node.end - node.start - covered);
}

function textOf(node: SpanNode, column: TableColumn): string {
  if (column === 'service') return node.span.service;
  return column === 'operation' ? node.span.name : node.span.status;
}

function numberOf(node: SpanNode, column: TableColumn): number {
  if (column === 'start') return node.start;
  return column === 'duration' ? node.end - node.start : ownTime(node);
}

/** The place of each text among all that occur. */
function* ranks(nodes: readonly SpanNode[], column: TableColumn): Steps<Float64Array> {
  const place = new Map<string, number>();
  for (const [i, node] of nodes.entries()) {
    place.set(textOf(node, column), 0);
    if (i % ITEMS_A_STEP === 0) yield;
  }
  for (const [i, text] of [...place.keys()].sort().entries()) place.set(text, i);
  return Float64Array.from(nodes, (node) => place.get(textOf(node, column)) ?? 0);
}

function* numbers(nodes: readonly SpanNode[], column: TableColumn): Steps<Float64Array> {
  const values = new Float64Array(nodes.length);
  for (const [i, node] of nodes.entries()) {
    values[i] = numberOf(node, column);
    if (i % ITEMS_A_STEP === 0) yield;
  }
  return values;
}

/** Indexes of runs already in order are merged, twice as long each time: a sort that can stop between merges. */
function* sortedIndexes(values: Float64Array): Steps<Uint32Array> {
  const { length } = values;
  let from = new Uint32Array(length);
  for (let i = 0; i < length; i++) from[i] = i;
  let to = new Uint32Array(length);
  for (let width = 1; width < length; width *= 2) {
    for (let left = 0, done = 0; left < length; left += 2 * width) {
      merge(values, from, to, left, width);
      done += 2 * width;
      if (done > ITEMS_A_STEP) {
        done = 0;
        yield;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

function merge(values: Float64Array, from: Uint32Array, to: Uint32Array, left: number, width: number): void {
  const middle = Math.min(left + width, from.length);
  const end = Math.min(left + 2 * width, from.length);
  let a = left;
  let b = middle;
  for (let i = left; i < end; i++) {
    const first = from[a] ?? 0;
    const second = from[b] ?? 0;
    const takeFirst = a < middle && (b >= end || (values[first] ?? 0) <= (values[second] ?? 0));
    to[i] = takeFirst ? first : second;
    if (takeFirst) a += 1;
    else b += 1;
  }
}

/** All spans in the order of a column; those that are alike in it stay in the order of the call tree. */
export function* growTable(tree: SpanTree, { column, descending }: TableOrder): Steps<SpanNode[]> {
  const text = column === 'service' || column === 'operation' || column === 'status';
  const values = text ? yield* ranks(tree.order, column) : yield* numbers(tree.order, column);
  if (descending) for (let i = 0; i < values.length; i++) values[i] = -(values[i] ?? 0);
  const indexes = yield* sortedIndexes(values);
  const sorted: SpanNode[] = [];
  for (const [i, index] of indexes.entries()) {
    const node = tree.order[index];
    if (node) sorted.push(node);
    if (i % ITEMS_A_STEP === 0) yield;
  }
  return sorted;
}
