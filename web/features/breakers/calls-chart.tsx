'use client';
import { memo, useMemo } from 'react';
import { useSettled } from '../../live/use-settled.ts';
import { rateText } from '../../ui/format.ts';
import { SeriesChart } from '../../ui/series-chart.tsx';
import { callSeries } from './call-series.ts';
import { type BreakerCell, title } from './model.ts';

const REDRAW_MS = 1_000;

interface Props {
  cell: BreakerCell;
  from: number;
  to: number;
  /** Fault time on the callee as [from, to], epoch ms. */
  faults: readonly (readonly [number, number])[];
}

// Redrawn once a second with its data, not with every frame of the page.
const Drawn = memo(function Drawn({ of: { cell, from, to, faults } }: { of: Props }) {
  const series = useMemo(() => callSeries(cell, from, to), [cell, from, to]);
  return (
    <SeriesChart
      title="Calls in the range"
      label={`Calls of ${title(cell)}`}
      unit="/s"
      legend
      height={56}
      xs={series.xs}
      from={from}
      to={to}
      at={to}
      faults={faults}
      exact={rateText}
      value={
        <>
          <b className="ink1">{rateText(series.answered.at(-1))}</b> answered,{' '}
          {rateText(series.failed.at(-1))} failed
        </>
      }
      series={[
        { label: 'answered', kind: 'thin', values: series.answered },
        { label: 'failed', kind: 'line', hue: 'failing', values: series.failed },
        { label: 'turned away', kind: 'outline', hue: 'open', values: series.turnedAway },
      ]}
    />
  );
});

/** Calls through a breaker over the whole range, with the page's cursor. */
export function CallsChart({ cell, from, to, faults }: Props) {
  const newest = useMemo(() => ({ cell, from, to, faults }), [cell, from, to, faults]);
  return <Drawn of={useSettled(newest, REDRAW_MS)} />;
}
