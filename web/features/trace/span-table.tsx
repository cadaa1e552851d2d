'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from 'react';
import { useUrlState } from '../../live/url-state.ts';
import { durationText } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import styles from './table.module.css';
import { growTable, ownTime, parseOrder, type TableColumn, type TableOrder } from './table-model.ts';
import type { SpanNode, SpanTree } from './tree.ts';
import { listMove } from './tree-keys.ts';
import { useSteps } from './use-steps.ts';

const ROW_HEIGHT = 24;
const COLUMNS: readonly { column: TableColumn; head: string; number?: boolean }[] = [
  { column: 'service', head: 'Service' },
  { column: 'operation', head: 'Operation' },
  { column: 'start', head: 'Start', number: true },
  { column: 'duration', head: 'Duration', number: true },
  { column: 'own', head: 'Own time', number: true },
  { column: 'status', head: 'Status' },
];
const NONE: readonly SpanNode[] = [];

interface HeadProps {
  order: TableOrder;
  sort: (column: TableColumn) => void;
}

function Head({ order, sort }: HeadProps) {
  return (
    <tr>
      {COLUMNS.map(({ column, head, number }) => {
        const by = order.column === column;
        return (
          <th
            key={column}
            className={number ? list.num : undefined}
            aria-sort={by ? (order.descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" className={styles.sort} onClick={() => sort(column)}>
              {head}
              <span aria-hidden="true">{by ? (order.descending ? ' ↓' : ' ↑') : ''}</span>
            </button>
          </th>
        );
      })}
    </tr>
  );
}

interface LineProps {
  node: SpanNode;
  index: number;
  selected: boolean;
  found: boolean;
  select: (spanId: string) => void;
}

function Line({ node, index, selected, found, select }: LineProps) {
  const { span } = node;
  const ms = (ns: number) => durationText(ns / 1e6);
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-found={found ? '' : undefined}
      onClick={() => select(span.spanId)}
    >
      <td>
        <b>{span.service}</b>
      </td>
      <td className={list.wide} title={span.name}>
        {span.name}
      </td>
      <td className={list.num}>+{ms(node.start)}</td>
      <td className={list.num}>{ms(node.end - node.start)}</td>
      <td className={list.num}>{ms(ownTime(node))}</td>
      <td>
        {span.status === 'error' ? <span className="failing">failed</span> : span.status}
        {node.injected ? <span className="fault"> fault</span> : null}
      </td>
    </tr>
  );
}

function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr className={styles.gap}>
      <td colSpan={COLUMNS.length} style={{ height }} />
    </tr>
  );
}

interface Props {
  tree: SpanTree;
  selected: string;
  chosen: boolean;
  found: ReadonlySet<string>;
  select: (spanId: string) => void;
}

function useSorted(tree: SpanTree) {
  const [text, setText] = useUrlState<string>('sort', 'start');
  const order = useMemo(() => parseOrder(text), [text]);
  const steps = useCallback(() => growTable(tree, order), [tree, order]);
  const sort = (column: TableColumn) => {
    // Figures are read from the largest on.
    const number = COLUMNS.some((c) => c.column === column && c.number) && column !== 'start';
    const descending = order.column === column ? !order.descending : number;
    setText(`${descending ? '-' : ''}${column}`);
  };
  return { order, sort, nodes: useSteps(steps) ?? NONE };
}

/** All spans of the trace as a table that can be sorted; only the lines on the screen exist. */
export default function SpanTable({ tree, selected, chosen, found, select }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { order, sort, nodes } = useSorted(tree);
  const index = useMemo(() => nodes.findIndex((node) => node.span.spanId === selected), [nodes, selected]);
  const virtual = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  useEffect(() => {
    if (chosen && index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
  }, [chosen, index, virtual]);
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.altKey || e.ctrlKey || e.metaKey || e.target !== e.currentTarget) return;
    const page = Math.floor((box.current?.clientHeight ?? 400) / ROW_HEIGHT) - 1;
    const next = nodes[listMove(e.key, index, nodes.length, page) ?? -1];
    if (!next) return;
    e.preventDefault();
    select(next.span.spanId);
  };
  const items = virtual.getVirtualItems();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls and moves its selection by keys
    <section ref={box} className={styles.box} aria-label="Table of spans" tabIndex={0} onKeyDown={onKeyDown}>
      <table className={list.table} aria-label="Spans" aria-rowcount={nodes.length + 1}>
        <thead className={styles.head}>
          <Head order={order} sort={sort} />
        </thead>
        <tbody>
          <Gap height={items[0]?.start ?? 0} />
          {items.map((item) => {
            const node = nodes[item.index];
            if (!node) return null;
            const { spanId } = node.span;
            return (
              <Line
                key={item.key}
                node={node}
                index={item.index}
                selected={spanId === selected}
                found={found.has(spanId)}
                select={select}
              />
            );
          })}
          <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
        </tbody>
      </table>
    </section>
  );
}
