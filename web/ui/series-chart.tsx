'use client';
import 'uplot/dist/uPlot.min.css';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { Boundary } from './boundary.tsx';
import { Button } from './button.tsx';
import { setCursor, useCursor } from './cursor.ts';
import { clock } from './format.ts';
import type { SeriesPlot } from './series-plot.ts';
import type { SeriesChartProps } from './series-props.ts';
import { type Reading, readingAt, readingByKey, valueText } from './series-reading.ts';
import { hueColor } from './state.ts';
import styles from './ui.module.css';

function ChartTable(props: SeriesChartProps) {
  const { xs, series, label } = props;
  const rows = xs.map((x, i) => ({
    x,
    values: series.map((s) => ({ label: s.label, value: s.values[i] ?? null })),
  }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the table scrolls, so the keyboard must reach it
    <section className={styles.chartTable} tabIndex={0} aria-label={`${label} as a table`}>
      <table>
        <thead>
          <tr>
            <th className="ink3">Time</th>
            {series.map((s) => (
              <th key={s.label} className="ink3">
                {s.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.reverse().map((row) => (
            <tr key={row.x}>
              <td className="mono">{clock(row.x)}</td>
              {row.values.map((v) => (
                <td key={v.label}>{valueText(props, v.value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function useReading(chart: SeriesChartProps): Reading | null {
  const cursor = useCursor();
  return cursor === null ? null : readingAt(chart, cursor);
}

function usePlot(props: SeriesChartProps, hidden: ReadonlySet<string>, shown: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<SeriesPlot | null>(null);
  const latest = useRef({ props, hidden });
  latest.current = { props, hidden };
  const [failed, setFailed] = useState<{ error: unknown } | null>(null);
  // What is loaded on the side is drawn in no render: its failure is handed to the one that shows it.
  if (failed) throw failed.error;
  useEffect(() => {
    const element = box.current;
    if (!element || !shown) return;
    let alive = true;
    // The plot library is loaded with the first chart, not with the first page.
    import('./series-plot.ts')
      .then(({ SeriesPlot: Plot }) => {
        if (alive) plot.current = new Plot(element, latest.current.props, latest.current.hidden);
      })
      .catch((error: unknown) => setFailed({ error }));
    return () => {
      alive = false;
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shown]);
  useEffect(() => {
    plot.current?.update(props, hidden);
  });
  return box;
}

/** Gives way while values are read: they name their series themselves. */
function Legend(props: {
  chart: SeriesChartProps;
  hidden: ReadonlySet<string>;
  toggle: (label: string) => void;
}) {
  if (useReading(props.chart)) return null;
  return (
    <span className={styles.legend}>
      {props.chart.series.map((s) => (
        <button
          key={s.label}
          type="button"
          aria-pressed={!props.hidden.has(s.label)}
          onClick={() => props.toggle(s.label)}
          style={s.hue ? { color: hueColor(s.hue) } : undefined}
        >
          {s.label}
        </button>
      ))}
    </span>
  );
}

/** The values under the page's cursor, or else the newest in words. */
function Value({ chart }: { chart: SeriesChartProps }) {
  const reading = useReading(chart);
  if (!reading) return <span className="clip">{chart.value}</span>;
  return (
    <span className="clip">
      <span className="ink3">{clock(reading.at)}</span>{' '}
      {reading.values.map((v) => `${chart.series.length > 1 ? `${v.label} ` : ''}${v.text}`).join(', ')}
    </span>
  );
}

/** The plot, and its values by keyboard: arrows move the page's cursor from value to value, Escape takes it away. */
function Plot({ chart, box }: { chart: SeriesChartProps; box: RefObject<HTMLDivElement | null> }) {
  const reading = useReading(chart);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = readingByKey(chart, reading, event.key, event.shiftKey);
    if (next) setCursor(next.at);
    else if (event.key === 'Escape' && !event.shiftKey) setCursor(null);
    else return;
    event.preventDefault();
  };
  const at = reading?.at ?? chart.xs.at(-1) ?? chart.from;
  return (
    <div
      ref={box}
      className={styles.chartBox}
      style={{ height: chart.height ?? 52 }}
      role="slider"
      tabIndex={0}
      aria-label={`${chart.label}, ${chart.unit}: arrows read the values`}
      aria-valuemin={chart.xs[0] ?? chart.from}
      aria-valuemax={chart.xs.at(-1) ?? chart.to}
      aria-valuenow={at}
      aria-valuetext={
        reading ? `${clock(at)}: ${reading.values.map((v) => `${v.label} ${v.text}`).join(', ')}` : clock(at)
      }
      onKeyDown={onKeyDown}
      onBlur={() => setCursor(null)}
    />
  );
}

/**
 * A time series in the rules of the design: title left, value in words right, at most three gridlines, hatch for no
 * data and for fault time, the page's cursor, a legend that toggles and a table of the exact values.
 */
export function SeriesChart(props: SeriesChartProps) {
  return (
    <Boundary what={`The chart of ${props.label}`}>
      <Chart {...props} />
    </Boundary>
  );
}

function Chart(props: SeriesChartProps) {
  const { title, legend = false, label } = props;
  const [table, setTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const box = usePlot(props, hidden, !table);
  const toggle = (name: string) =>
    setHidden((old) => new Set(old.has(name) ? [...old].filter((n) => n !== name) : [...old, name]));
  return (
    <div className={styles.chart}>
      <div className={styles.chartHead}>
        <span className="row" style={{ gap: 8 }}>
          <h3 style={{ font: 'inherit', margin: 0, color: 'var(--ink3)', fontWeight: 500 }}>{title}</h3>
          {legend ? <Legend chart={props} hidden={hidden} toggle={toggle} /> : null}
        </span>
        <span className="row" style={{ gap: 6, minWidth: 0 }}>
          <Value chart={props} />
          <Button
            variant="quiet"
            size="sm"
            aria-pressed={table}
            aria-label={`${label}: ${table ? 'show as chart' : 'show as table'}`}
            onClick={() => setTable((t) => !t)}
            style={{ margin: '-4px 0', padding: '0 4px', color: 'var(--ink3)' }}
          >
            {table ? 'Chart' : 'Table'}
          </Button>
        </span>
      </div>
      {table ? <ChartTable {...props} /> : <Plot chart={props} box={box} />}
    </div>
  );
}
