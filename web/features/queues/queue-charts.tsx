'use client';
import type { FaultInterval } from '@stormglass/agents/contract';
import { memo, useMemo } from 'react';
import { useSettled } from '../../live/use-settled.ts';
import { count, durationText, rateText } from '../../ui/format.ts';
import { SeriesChart } from '../../ui/series-chart.tsx';
import type { SeriesChartProps } from '../../ui/series-props.ts';
import { depthOf, type QueueCard } from './model.ts';
import { type ChartName, type QueueSeries, queueSeries } from './queue-series.ts';
import styles from './queues.module.css';

const REDRAW_MS = 1_000;

/** Ticks of a time: 500 ms, 20 s, 4 min. */
function tick(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  return ms < 60_000 ? `${ms / 1_000} s` : `${Number((ms / 60_000).toFixed(1))} min`;
}

interface DrawnProps {
  card: QueueCard;
  series: QueueSeries;
  shared: Pick<SeriesChartProps, 'xs' | 'from' | 'to' | 'at' | 'faults'>;
  height: number;
}

function DepthChart({ card, series, shared, height }: DrawnProps) {
  const most = card.samples.reduce((n, s) => (s.at >= series.from ? Math.max(n, depthOf(s)) : n), 0);
  return (
    <SeriesChart
      {...shared}
      title="Depth"
      label={`Depth of ${card.queue}`}
      unit="messages"
      height={height}
      format={count}
      exact={(value) => count(Math.round(value))}
      value={
        <>
          <b className="ink1">{count(card.depth)}</b>, at most {count(most)}
        </>
      }
      series={[
        { label: 'depth', kind: 'area', hue: 'queue', values: series.depth },
        { label: 'predicted', kind: 'ahead', hue: 'queue', values: series.predicted },
      ]}
    />
  );
}

function OldestChart({ card, series, shared, height }: DrawnProps) {
  return (
    <SeriesChart
      {...shared}
      title="Oldest message"
      label={`Age of the oldest message of ${card.queue}`}
      unit="ms"
      height={height}
      format={tick}
      exact={durationText}
      value={<b className="ink1">{durationText(card.sample.oldestAgeMs ?? 0)}</b>}
      series={[{ label: 'oldest', kind: 'line', values: series.oldest }]}
    />
  );
}

function RatesChart({ card, series, shared, height }: DrawnProps) {
  return (
    <SeriesChart
      {...shared}
      title="Rates"
      label={`Rates of ${card.queue}`}
      unit="/s"
      height={height}
      legend
      exact={rateText}
      value={
        <>
          ↓ {rateText(card.inRate)}, ↑ <b className="ink1">{rateText(card.outRate)}</b>
        </>
      }
      series={[
        { label: 'in', kind: 'thin', values: series.in },
        { label: 'out', kind: 'line', values: series.out },
        { label: 'redelivered', kind: 'outline', hue: 'degraded', values: series.redelivered },
      ]}
    />
  );
}

interface Shown {
  card: QueueCard;
  at: number;
  faults: readonly FaultInterval[];
  shown: ChartName | 'all';
}

// Plots are redrawn once a second with their data, not with every frame of the page.
const Drawn = memo(function Drawn({ of, shown }: { of: Omit<Shown, 'shown'>; shown: Shown['shown'] }) {
  const { card, at, faults } = of;
  const series = useMemo(() => queueSeries(card, at), [card, at]);
  const { xs, from, to } = series;
  const on = faults.map((f) => [f.armedAt, Math.min(f.endedAt ?? at, at)] as const);
  const drawn = { card, series, shared: { xs, from, to, at, faults: on }, height: 48 };
  if (shown === 'oldest') return <OldestChart {...drawn} />;
  if (shown === 'rates') return <RatesChart {...drawn} />;
  if (shown === 'depth') return <DepthChart {...drawn} />;
  return (
    <>
      <DepthChart {...drawn} height={72} />
      <div className={styles.pair}>
        <OldestChart {...drawn} />
        <RatesChart {...drawn} />
      </div>
    </>
  );
});

/** A queue over the last two minutes, with the page's cursor: one chart of it, or all. */
export function QueueCharts({ card, at, faults, shown }: Shown) {
  const newest = useMemo(() => ({ card, at, faults }), [card, at, faults]);
  const of = useSettled(newest, REDRAW_MS);
  return (
    <div className={styles.chart}>
      <Drawn of={of} shown={shown} />
    </div>
  );
}
