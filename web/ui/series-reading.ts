import type { SeriesChartProps } from './series-props.ts';

/** The exact values of a chart at one of its instants. */
export interface Reading {
  index: number;
  /** Epoch ms. */
  at: number;
  values: { label: string; text: string }[];
}

type Readable = Pick<SeriesChartProps, 'xs' | 'series' | 'unit' | 'format' | 'exact'>;

const plain = (value: number): string => String(Number(value.toPrecision(3)));

/** A value with its unit, in the chart's own words where it has some. */
export function valueText(
  { unit, format, exact = format }: Omit<Readable, 'xs' | 'series'>,
  value: number | null,
): string {
  if (value === null) return 'no data';
  if (exact) return exact(value);
  return unit === '/s' ? `${plain(value)}${unit}` : `${plain(value)} ${unit}`;
}

function readingOf(chart: Readable, index: number): Reading | null {
  const at = chart.xs[index];
  if (at === undefined) return null;
  const values = chart.series.map((s) => ({
    label: s.label,
    text: valueText(chart, s.values[index] ?? null),
  }));
  return { index, at, values };
}

/** What stands under the cursor: the bucket which it is in; null beside the data. */
export function readingAt(chart: Readable, cursor: number): Reading | null {
  const { xs } = chart;
  const index = xs.findLastIndex((x) => x <= cursor);
  const step = (xs[1] ?? 0) - (xs[0] ?? 0);
  if (index < 0 || (index === xs.length - 1 && cursor > (xs[index] ?? 0) + Math.max(step, 1_000)))
    return null;
  return readingOf(chart, index);
}

/** Where a key moves the cursor: one value, ten with Shift, or to an end; null for any other key. */
export function readingByKey(
  chart: Readable,
  from: Reading | null,
  key: string,
  far: boolean,
): Reading | null {
  const last = chart.xs.length - 1;
  const here = from?.index ?? last;
  const by = far ? 10 : 1;
  const moves: Record<string, number> = {
    // The first press shows the newest value: there is nothing to move away from.
    ArrowLeft: from ? here - by : last,
    ArrowRight: from ? here + by : last,
    Home: 0,
    End: last,
  };
  const to = moves[key];
  return to === undefined ? null : readingOf(chart, Math.min(last, Math.max(0, to)));
}
