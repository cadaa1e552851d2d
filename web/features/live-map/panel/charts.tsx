import { memo, useMemo } from 'react';
import { useSettled } from '../../../live/use-settled.ts';
import type { PageWindow } from '../../../live/use-window.ts';
import { durationText, percent, rateText } from '../../../ui/format.ts';
import { SeriesChart } from '../../../ui/series-chart.tsx';
import type { SeriesChartProps } from '../../../ui/series-props.ts';
import styles from '../map.module.css';
import type { Chosen } from '../model/break-options.ts';
import { CHART_MS, chartSeries } from '../model/series.ts';

const last = (values: readonly (number | null)[]): number | null =>
  values.findLast((v) => v !== null) ?? null;

function Swatches({ edge }: { edge: boolean }) {
  return (
    <div className={styles.chartLegend}>
      <span className="ink3">Last 2 min</span>
      <span className="gap" />
      <span>
        <svg width="9" height="9" aria-hidden="true">
          <rect width="9" height="9" fill="var(--ink3)" />
        </svg>{' '}
        {edge ? 'sent' : 'calls'}
      </span>
      {edge ? (
        <span>
          <svg width="9" height="9" aria-hidden="true">
            <rect
              x=".5"
              y=".5"
              width="8"
              height="8"
              fill="var(--open)"
              fillOpacity=".2"
              stroke="var(--open)"
            />
          </svg>{' '}
          turned away
        </span>
      ) : null}
      <span>
        <svg width="9" height="9" aria-hidden="true">
          <rect width="9" height="9" fill="url(#hatch-stale)" stroke="var(--line3)" />
        </svg>{' '}
        no calls
      </span>
    </div>
  );
}

/** Ticks of a logarithmic duration axis: 30, 300, 3 s. */
function tick(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

interface Props {
  page: PageWindow;
  chosen: Chosen;
  /** Share 0..1 above which the edge's breaker opens; null without a breaker. */
  threshold: number | null;
  /** An edge with a breaker, which can turn calls away. */
  guarded: boolean;
}

interface ChartData {
  series: ReturnType<typeof chartSeries>;
  shared: Pick<SeriesChartProps, 'xs' | 'from' | 'to' | 'at' | 'faults'>;
}

function useChartData(page: PageWindow, chosen: Chosen): ChartData {
  const settled = useSettled(page, 1_000);
  return useMemo(() => {
    const { timeline, at, step } = settled;
    const series = chartSeries(timeline, at, step, chosen);
    const to = Math.ceil(at / 2000) * 2000;
    const faults = timeline.faults
      .filter((f) => f.armedAt <= at && (f.endedAt ?? at) >= to - CHART_MS)
      .map((f) => [f.armedAt, f.endedAt ?? at] as const);
    return { series, shared: { xs: series.xs, from: to - CHART_MS, to, at, faults } };
  }, [settled, chosen]);
}

function RateChart({ series, shared, guarded }: ChartData & { guarded: boolean }) {
  const away = last(series.turnedAway.slice(-3));
  return (
    <SeriesChart
      {...shared}
      title="Rate"
      label="Rate"
      unit="/s"
      height={52}
      value={
        <>
          <b className="ink1">{rateText(series.sent.at(-1) ?? 0)}</b>
          {away === null ? null : (
            <>
              , <b className="open">{rateText(away)}</b> turned away
            </>
          )}
        </>
      }
      series={[
        { label: guarded ? 'sent' : 'calls', kind: 'bars', values: series.sent },
        ...(guarded
          ? [{ label: 'turned away', kind: 'outline', hue: 'open', values: series.turnedAway } as const]
          : []),
      ]}
    />
  );
}

function ErrorChart({ series, shared, threshold }: ChartData & { threshold: number | null }) {
  const errors = last(series.errors);
  return (
    <SeriesChart
      {...shared}
      title="Errors"
      label="Errors"
      unit="%"
      max={100}
      height={44}
      value={
        <>
          <b className={errors !== null && errors > 1 ? 'failing' : 'ink1'}>
            {percent(errors === null ? null : errors / 100)}
          </b>{' '}
          at the last call
        </>
      }
      series={[{ label: 'errors', kind: 'line', hue: 'failing', values: series.errors }]}
      {...(threshold === null
        ? {}
        : {
            limit: {
              value: threshold * 100,
              text: `opens above ${percent(threshold)}`,
              hue: 'open' as const,
            },
          })}
    />
  );
}

function DurationChart({ series, shared }: ChartData) {
  return (
    <SeriesChart
      {...shared}
      title="Duration"
      label="Duration"
      unit="ms"
      log
      legend
      height={54}
      format={tick}
      exact={durationText}
      value={
        <>
          <b className="ink1">{durationText(last(series.p95))}</b> p95
        </>
      }
      series={[
        { label: 'p50', kind: 'thin', values: series.p50 },
        { label: 'p95', kind: 'line', values: series.p95 },
        { label: 'p99', kind: 'thin', values: series.p99 },
      ]}
    />
  );
}

// Plots are redrawn once a second with their data, not with every frame of the page.
const ChartsView = memo(function ChartsView(props: ChartData & Pick<Props, 'threshold' | 'guarded'>) {
  return (
    <div className={styles.charts}>
      <Swatches edge={props.guarded} />
      <RateChart {...props} />
      <ErrorChart {...props} />
      <DurationChart {...props} />
    </div>
  );
});

/** Rate, errors and duration of what was chosen over the last two minutes. */
export function Charts({ page, chosen, threshold, guarded }: Props) {
  const { series, shared } = useChartData(page, chosen);
  return <ChartsView series={series} shared={shared} threshold={threshold} guarded={guarded} />;
}
