'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useRef, useState } from 'react';
import { durationText } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { differs, type Line } from './align.ts';
import styles from './compare.module.css';
import type { Nested } from './nest.ts';
import { deltaText } from './words.ts';

const ROW_HEIGHT = 25;
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

interface RowProps {
  line: Line;
  scale: Scale;
  current: boolean;
}

function LineRow({ line, scale, current }: RowProps) {
  const { a, b } = line;
  const shown = a ?? b;
  if (!shown) return null;
  const delta = a && b ? deltaText(b.end - b.start - (a.end - a.start)) : deltaText(line.selfDeltaNs);
  return (
    <tr
      className={styles.row}
      data-differs={differs(line, scale.noise) ? '' : undefined}
      aria-current={current ? 'true' : undefined}
    >
      <td className={list.wide} style={{ minWidth: 220 }}>
        <span className={styles.name} style={{ paddingLeft: Math.min(line.depth, 24) * 12 }}>
          <Fate line={line} />
          <span className="clip" title={`${shown.span.service} ${shown.span.name}`}>
            <b>{shown.span.service}</b> {shown.span.name}
          </span>
        </span>
      </td>
      <td className={list.num}>{took(a)}</td>
      <td className={list.num}>{took(b)}</td>
      <td className={list.num}>{delta === 'same' ? <span className="ink3">same</span> : <b>{delta}</b>}</td>
      <td>
        <span className={styles.bars}>
          {a ? <Bar node={a} longest={scale.longest} which="a" /> : null}
          {b ? <Bar node={b} longest={scale.longest} which="b" /> : null}
        </span>
      </td>
    </tr>
  );
}

const COLUMNS = [
  { head: 'Service and operation', look: 'wide' },
  { head: 'A', look: 'num' },
  { head: 'B', look: 'num' },
  { head: 'Difference', look: 'num' },
  'When, A above B',
] as const;

/** The place of lines that are not drawn. */
function Gap({ height }: { height: number }) {
  return height > 0 ? (
    <tr className={styles.gap}>
      <td colSpan={COLUMNS.length} style={{ height }} />
    </tr>
  ) : null;
}

/** N and P go from difference to difference. */
function useSteps(lines: readonly Line[], noise: number, show: (line: number) => void) {
  const [current, setCurrent] = useState(-1);
  const go = (to: number) => {
    if (to < 0) return;
    setCurrent(to);
    show(to);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const key = e.key.toLowerCase();
    if (key === 'n') go(lines.findIndex((line, i) => i > current && differs(line, noise)));
    else if (key === 'p') go(lines.findLastIndex((line, i) => i < current && differs(line, noise)));
    else return;
    e.preventDefault();
  };
  return { current, onKeyDown };
}

/** Both traces as one tree of lines; only those in sight exist. */
export function Lines({ lines, scale }: { lines: readonly Line[]; scale: Scale }) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const { current, onKeyDown } = useSteps(lines, scale.noise, (line) => virtual.scrollToIndex(line));
  const items = virtual.getVirtualItems();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box
    <div
      ref={box}
      className={`${styles.box} scroll`}
      role="group"
      aria-label="Spans of both traces. N and P go to the next and the last difference."
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <ListTable label="Spans of both traces" columns={COLUMNS}>
        <Gap height={items[0]?.start ?? 0} />
        {items.map(({ index }) => {
          const line = lines[index];
          return line ? (
            <LineRow key={line.key} line={line} scale={scale} current={index === current} />
          ) : null;
        })}
        <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
      </ListTable>
    </div>
  );
}
