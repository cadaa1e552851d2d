'use client';
import type { TraceSummary } from '@stormglass/agents/contract';
import { useMemo } from 'react';
import { durationText, percent, plural } from '../../ui/format.ts';
import { type Brush, inBrush } from './brush.ts';
import { type Bin, histogramOf } from './list-model.ts';
import { SCATTER } from './scatter.tsx';
import styles from './search.module.css';

const BINS = 8;
const MIDDLE = (bin: Bin) => Math.sqrt(bin.low * bin.high);

function words(bin: Bin, all: number): string {
  const marks = [
    bin.failed > 0 ? `${bin.failed} failed` : '',
    bin.touched > 0 ? `${bin.touched} touched by a fault` : '',
  ].filter((part) => part !== '');
  const share = `${plural(bin.count, 'trace')} of ${durationText(bin.low)} to ${durationText(bin.high)}`;
  return [`${share}, ${percent(bin.count / Math.max(1, all))}`, ...marks].join(', ');
}

interface Props {
  traces: readonly TraceSummary[];
  from: number;
  to: number;
  brush: Brush | null;
  setBrush: (brush: Brush | null) => void;
}

/** How many traces took how long, on the axis of the scatter beside it. A bar selects its durations. */
export function LatencyHistogram({ traces, from, to, brush, setBrush }: Props) {
  const bins = useMemo(() => histogramOf(traces, BINS), [traces]);
  const most = bins.reduce((n, bin) => Math.max(n, bin.count), 1);
  const width = (count: number) => `${((count / most) * 100).toFixed(1)}%`;
  return (
    <ul
      className={styles.histogram}
      aria-label="Traces by duration"
      style={{ paddingTop: SCATTER.top, height: SCATTER.height }}
    >
      {bins.map((bin) => {
        const held = brush !== null && inBrush(brush, { startMs: brush.from, durationMs: MIDDLE(bin) });
        return (
          <li key={bin.high}>
            <button
              type="button"
              className={styles.bin}
              disabled={bin.count === 0}
              aria-pressed={held}
              aria-label={words(bin, traces.length)}
              title={words(bin, traces.length)}
              onClick={() => setBrush(held ? null : { from, to, low: bin.low, high: bin.high })}
            >
              <span
                className={styles.binBar}
                style={{ width: width(bin.count - bin.failed - bin.touched) }}
              />
              <span className={styles.binBar} data-fault="" style={{ width: width(bin.touched) }} />
              <span className={styles.binBar} data-error="" style={{ width: width(bin.failed) }} />
              <span className={styles.binCount}>{bin.count > 0 ? bin.count : ''}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
