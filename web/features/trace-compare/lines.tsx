'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useRef, useState } from 'react';
import { durationText } from '../../ui/format.ts';
import { differs, type Line } from './align.ts';
import styles from './compare.module.css';
import type { Nested } from './nest.ts';
import { deltaText } from './words.ts';

const ROW_HEIGHT = 28;
const pc = (share: number) => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;

interface Scale {
  /** Nanoseconds of the longer trace. */
  longest: number;
  noise: number;
}

function Bar({ node, longest, which }: { node: Nested; longest: number; which: 'a' | 'b' }) {
  return (
    <span
      className={styles.bar}
      data-which={which}
      data-error={node.span.status === 'error' ? '' : undefined}
      style={{ left: pc(node.start / longest), width: pc((node.end - node.start) / longest) }}
    />
  );
}

function Fate({ line }: { line: Line }) {
  if (line.a && line.b) return null;
  return (
    <span className={styles.fate} data-which={line.a ? 'a' : 'b'}>
      {line.a ? 'only A' : 'only B'}
    </span>
  );
}

function took(node: Nested | null) {
  if (!node) return <span className="ink3">–</span>;
  const text = durationText((node.end - node.start) / 1e6);
  return node.span.status === 'error' ? <span className="failing">× {text}</span> : text;
}

function LineRow({ line, scale, top, current, index }: RowProps) {
  const { a, b } = line;
  const shown = a ?? b;
  if (!shown) return null;
  const delta = a && b ? deltaText(b.end - b.start - (a.end - a.start)) : deltaText(line.selfDeltaNs);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      data-differs={differs(line, scale.noise) ? '' : undefined}
      aria-current={current ? 'true' : undefined}
    >
      <span role="cell" className={styles.name} style={{ paddingLeft: 12 + Math.min(line.depth, 24) * 12 }}>
        <Fate line={line} />
        <span className="clip" title={`${shown.span.service} ${shown.span.name}`}>
          <b>{shown.span.service}</b> {shown.span.name}
        </span>
      </span>
      <span role="cell" className={styles.num}>
        {took(a)}
      </span>
      <span role="cell" className={styles.num}>
        {took(b)}
      </span>
      <span role="cell" className={styles.num}>
        {delta === 'same' ? <span className="ink3">same</span> : <b>{delta}</b>}
      </span>
      <span role="cell" className={styles.bars} aria-hidden="true">
        {a ? <Bar node={a} longest={scale.longest} which="a" /> : null}
        {b ? <Bar node={b} longest={scale.longest} which="b" /> : null}
      </span>
    </div>
  );
}

interface RowProps {
  line: Line;
  scale: Scale;
  top: number;
  index: number;
  current: boolean;
}

const HEADS = ['Service and operation', 'A', 'B', 'Difference', 'When, A above B'] as const;

/** Both traces as one tree of lines; only those in sight exist. N and P go from difference to difference. */
export function Lines({ lines, scale }: { lines: readonly Line[]; scale: Scale }) {
  const box = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(-1);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const go = (to: number) => {
    if (to < 0) return;
    setCurrent(to);
    virtual.scrollToIndex(to, { align: 'auto' });
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const hit = (line: Line) => differs(line, scale.noise);
    const key = e.key.toLowerCase();
    if (key === 'n') go(lines.findIndex((line, i) => i > current && hit(line)));
    else if (key === 'p') go(lines.findLastIndex((line, i) => i < current && hit(line)));
    else return;
    e.preventDefault();
  };
  return (
    <div
      ref={box}
      className={`${styles.box} scroll`}
      role="table"
      aria-label="Spans of both traces"
      aria-rowcount={lines.length + 1}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="row" aria-rowindex={1} className={styles.heads}>
        {HEADS.map((head, i) => (
          <span key={head} role="columnheader" className={i > 0 && i < 4 ? styles.num : undefined}>
            {head}
          </span>
        ))}
      </div>
      <div role="rowgroup" className={styles.canvas} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          return line ? (
            <LineRow
              key={line.key}
              line={line}
              scale={scale}
              top={start}
              index={index}
              current={index === current}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}
