'use client';
import type { TraceSummary } from '@stormglass/agents/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import { clock, durationText, plural, shortId } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { barShare, totals } from './list-model.ts';
import styles from './search.module.css';

const ROW_HEIGHT = 25;

function Marks({ trace }: { trace: TraceSummary }) {
  return (
    <span className={styles.marks}>
      {trace.errorCount > 0 ? <span className="failing">× {trace.errorCount} failed</span> : null}
      {trace.faultIds.length > 0 ? (
        <span className="fault row" style={{ gap: 4 }}>
          <CrystalGlyph r={5} />
          {trace.faultIds.length === 1
            ? shortId(trace.faultIds[0] ?? '')
            : plural(trace.faultIds.length, 'fault')}
        </span>
      ) : null}
    </span>
  );
}

interface RowProps {
  trace: TraceSummary;
  slowest: number;
  chosen: boolean;
  choose: (id: string) => void;
}

function TraceRow({ trace, slowest, chosen, choose }: RowProps) {
  const width = `${(barShare(trace.durationMs, slowest) * 100).toFixed(1)}%`;
  return (
    <tr aria-selected={chosen}>
      <td>
        <input
          type="checkbox"
          className={styles.pick}
          checked={chosen}
          aria-label={`Compare trace ${shortId(trace.traceId)}`}
          onChange={() => choose(trace.traceId)}
        />
      </td>
      <td className="mono">{clock(trace.startMs, 3)}</td>
      <td className={list.wide} style={{ minWidth: 180 }}>
        <RangeLink href={`/traces/${trace.traceId}`}>
          <b>{trace.rootService || trace.services[0] || 'unknown service'}</b>&nbsp;
          {trace.rootName || <span className="ink3">no root span</span>}
        </RangeLink>
      </td>
      <td>
        <span className={styles.durationCell}>
          <span
            className={styles.durationBar}
            style={{ width }}
            data-error={trace.errorCount > 0 ? '' : undefined}
            data-fault={trace.faultIds.length > 0 ? '' : undefined}
          />
          <span className="right strong">{durationText(trace.durationMs)}</span>
        </span>
      </td>
      <td className={styles.marksCell}>
        <Marks trace={trace} />
      </td>
      <td className={list.num}>{trace.spanCount}</td>
      <td className={list.num} title={trace.services.join(', ')}>
        {trace.services.length}
      </td>
      <td className="mono ink3">{shortId(trace.traceId)}</td>
    </tr>
  );
}

const COLUMNS = [
  'Compare',
  'Started',
  'Service and operation',
  'Duration, logarithmic',
  'Marks',
  { head: 'Spans', look: 'num' },
  { head: 'Services', look: 'num' },
  'Trace',
] as const;

/** The place of rows that are not drawn. */
function Gap({ height }: { height: number }) {
  return height > 0 ? (
    <tr className={styles.rowGap}>
      <td colSpan={COLUMNS.length} style={{ height }} />
    </tr>
  ) : null;
}

interface Props {
  traces: readonly TraceSummary[];
  /** Chosen for a comparison. */
  picked: readonly string[];
  pick: (id: string) => void;
  /** The list was scrolled away from its top, or back to it. */
  onAway: (away: boolean) => void;
  /** Its end is in sight. */
  onEnd: () => void;
  /** Below the last row. */
  foot: ReactNode;
}

/** The found traces, one a row; the operation is the link. Only the rows in sight exist. */
export function TraceList({ traces, picked, pick, onAway, onEnd, foot }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: traces.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const { slowestMs } = totals(traces);
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    onAway(element.scrollTop > ROW_HEIGHT);
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (element.scrollTop > ROW_HEIGHT && left < 12 * ROW_HEIGHT) onEnd();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the list scrolls, so the keyboard must reach it
    <div ref={box} className={`${styles.listBox} scroll`} tabIndex={0} onScroll={onScroll}>
      <ListTable label="Traces" columns={COLUMNS}>
        <Gap height={before} />
        {items.map(({ index }) => {
          const trace = traces[index];
          return trace ? (
            <TraceRow
              key={trace.traceId}
              trace={trace}
              slowest={slowestMs}
              chosen={picked.includes(trace.traceId)}
              choose={pick}
            />
          ) : null;
        })}
        <Gap height={below} />
      </ListTable>
      {foot}
    </div>
  );
}
