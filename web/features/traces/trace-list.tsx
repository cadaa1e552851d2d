'use client';
import type { TraceSummary } from '@stormglass/agents/contract';
import { clock, durationText, plural, shortId } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { barShare } from './list-model.ts';
import styles from './search.module.css';

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

function TraceRow({ trace, slowest }: { trace: TraceSummary; slowest: number }) {
  const width = `${(barShare(trace.durationMs, slowest) * 100).toFixed(1)}%`;
  return (
    <tr>
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
      <td>
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
  'Started',
  'Service and operation',
  'Duration, logarithmic',
  'Marks',
  { head: 'Spans', look: 'num' },
  { head: 'Services', look: 'num' },
  'Trace',
] as const;

/** The found traces, one a row; the operation is the link. */
export function TraceList({ traces, slowest }: { traces: readonly TraceSummary[]; slowest: number }) {
  return (
    <ListTable label="Traces" columns={COLUMNS}>
      {traces.map((t) => (
        <TraceRow key={t.traceId} trace={t} slowest={slowest} />
      ))}
    </ListTable>
  );
}
