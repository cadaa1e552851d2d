'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef } from 'react';
import { durationText } from '../../ui/format.ts';
import type { Segment } from './critical-path.ts';
import { type Row, rowIndex } from './rows.ts';
import { type Jump, jumpsOf, pathBySpan } from './scale-model.ts';
import { SpanRow } from './span-row.tsx';
import type { TimeScale } from './time-scale.ts';
import { treeMove } from './tree-keys.ts';
import styles from './waterfall.module.css';

export const ROW_HEIGHT = 22;
const pc = (x: number) => `${(x * 100).toFixed(3)}%`;

/** About half of what the words of a fold and of a tick take together, as a share of the axis. */
const FOLD_WORDS = 0.11;

/** A tick gives way to the words of a fold. */
function clearOf(folds: TimeScale['folds']): (tick: { x: number }) => boolean {
  return ({ x }) => folds.every((f) => Math.abs((f.x0 + f.x1) / 2 - x) > FOLD_WORDS);
}

export function Axis({ scale }: { scale: TimeScale }) {
  return (
    <div className={styles.axis} aria-hidden="true">
      <span className={styles.axisName}>Service and operation</span>
      <div className={styles.axisTicks}>
        {scale.ticks.filter(clearOf(scale.folds)).map((t) => (
          <span key={t.ns} style={{ left: pc(t.x) }}>
            {t.ns === 0 ? '0' : durationText(t.ns / 1e6)}
          </span>
        ))}
        {scale.folds.map((f) => (
          <span
            key={f.from}
            style={{ left: pc((f.x0 + f.x1) / 2), transform: 'translateX(-50%)' }}
            className="ink2"
          >
            {durationText((f.to - f.from) / 1e6)} folded
          </span>
        ))}
      </div>
    </div>
  );
}

const ZIGZAG = 'M3.5 0l3 4-6 8 3 4';

function Grid({ scale, id }: { scale: TimeScale; id: string }) {
  return (
    <div className={styles.grid} aria-hidden="true">
      {scale.ticks.map((t) => (
        <span key={t.ns} className={styles.gridLine} style={{ left: pc(t.x) }} />
      ))}
      {scale.folds.map((f, i) => (
        <div key={f.from} className={styles.fold} style={{ left: pc(f.x0), width: pc(f.x1 - f.x0) }}>
          {[-3, null].map((left) => (
            <svg key={String(left)} aria-hidden="true" style={left === null ? { right: -3 } : { left }}>
              <defs>
                <pattern id={`${id}${i}${left}`} width="7" height="16" patternUnits="userSpaceOnUse">
                  <path d={ZIGZAG} fill="none" stroke="var(--line2)" />
                </pattern>
              </defs>
              <rect width="7" height="100%" fill={`url(#${id}${i}${left})`} />
            </svg>
          ))}
        </div>
      ))}
    </div>
  );
}

function Jumps({
  jumps,
  scale,
  first,
  last,
}: {
  jumps: Jump[];
  scale: TimeScale;
  first: number;
  last: number;
}) {
  const seen = jumps.filter((j) => j.toRow >= first && j.fromRow <= last);
  return (
    <div className={styles.grid} aria-hidden="true">
      {seen.map((j) => (
        <span
          key={j.key}
          className={styles.jump}
          style={{
            left: pc(scale.at(j.at)),
            top: j.fromRow * ROW_HEIGHT + 16,
            height: (j.toRow - j.fromRow) * ROW_HEIGHT,
          }}
        />
      ))}
    </div>
  );
}

interface Props {
  rows: Row[];
  scale: TimeScale;
  path: Segment[];
  selected: string;
  /** A person selected it. */
  chosen: boolean;
  select: (spanId: string) => void;
  toggle: (spanId: string) => void;
  label: string;
}

function useTreeKeys({ rows, selected, select, toggle }: Props, page: () => number) {
  return (e: KeyboardEvent) => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const move = treeMove(e.key, rows, selected, page());
    if (!move) return;
    e.preventDefault();
    if ('select' in move) select(move.select);
    else toggle(move.toggle);
  };
}

/** The rows of a trace; only those on the screen exist. */
export function Waterfall(props: Props) {
  const { rows, scale, path, selected, chosen, select, toggle, label } = props;
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const rowOf = useMemo(() => rowIndex(rows), [rows]);
  const segments = useMemo(() => pathBySpan(path), [path]);
  const jumps = useMemo(() => jumpsOf(path, rowOf), [path, rowOf]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const index = rowOf.get(selected) ?? -1;
  // What is selected for the person, not by the person, must not move the page.
  useEffect(() => {
    if (chosen && index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
  }, [chosen, index, virtual]);
  const items = virtual.getVirtualItems();
  const onKeyDown = useTreeKeys(props, () => Math.floor((box.current?.clientHeight ?? 400) / ROW_HEIGHT));
  return (
    <div
      ref={box}
      className={styles.rows}
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={index >= 0 ? `${id}${selected}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div className={styles.canvas} role="presentation" style={{ height: virtual.getTotalSize() }}>
        <Grid scale={scale} id={id} />
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <SpanRow
              key={row.key}
              id={`${id}${row.key}`}
              row={row}
              top={item.start}
              selected={row.key === selected}
              scale={scale}
              path={segments.get(row.key)}
              select={select}
              toggle={toggle}
            />
          );
        })}
        <Jumps jumps={jumps} scale={scale} first={items[0]?.index ?? 0} last={items.at(-1)?.index ?? 0} />
      </div>
    </div>
  );
}
