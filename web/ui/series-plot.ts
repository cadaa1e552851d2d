import uPlot from 'uplot';
import { getCursor, setCursor, subscribeCursor } from './cursor.ts';
import { readInk } from './series-ink.ts';
import { drawFaults, drawGaps, drawLimit, drawVertical } from './series-marks.ts';
import type { Series, SeriesChartProps } from './series-props.ts';

const AXIS_WIDTH = 44;

function plotSeries(series: Series, ink: ReturnType<typeof readInk>): uPlot.Series {
  const color = series.hue ? ink.hue(series.hue) : series.kind === 'thin' ? ink.ink3 : ink.ink1;
  const base = { label: series.label, points: { show: false }, spanGaps: false };
  switch (series.kind) {
    case 'line':
      return { ...base, stroke: color, width: 1.5 };
    case 'thin':
      return { ...base, stroke: color, width: 1 };
    case 'ahead':
      return { ...base, stroke: color, width: 1.5, dash: [3, 3] };
    case 'area':
      return { ...base, stroke: color, width: 1.4, fill: ink.fade(color, 0.22) };
    case 'bars':
    case 'outline': {
      const bars = uPlot.paths.bars;
      const hollow = series.kind === 'outline';
      return {
        ...base,
        stroke: hollow ? color : 'transparent',
        width: hollow ? 1 : 0,
        fill: ink.fade(series.hue ? color : ink.ink3, hollow ? 0.2 : 0.75),
        ...(bars ? { paths: bars({ size: [0.8, 40], gap: 0 }) } : {}),
      };
    }
  }
}

/** Whole decades below, a little room above; at least one decade. */
function logRange(props: SeriesChartProps): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const series of props.series) {
    for (const value of series.values) {
      if (value === null || value <= 0) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (high === 0) return [1, 100];
  const floor = 10 ** Math.floor(Math.log10(low));
  return [floor, Math.max(floor * 10, high * 1.3)];
}

function topOf(props: SeriesChartProps, hidden: ReadonlySet<string>): number {
  let top = props.limit && !props.log ? props.limit.value * 1.1 : 0;
  for (const series of props.series) {
    if (hidden.has(series.label)) continue;
    for (const value of series.values) if (value !== null && value > top) top = value;
  }
  return top;
}

/** 1, 2, 4, 5, 6 or 8 times a power of ten, at least `value`: its half is a round tick too. */
function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 4, 5, 6, 8, 10]) if (step * power >= value) return step * power;
  return 10 * power;
}

/** One uPlot in our rules; it is told the newest props and never reads React state. */
export class SeriesPlot {
  private readonly box: HTMLElement;
  private plot: uPlot;
  private readonly unsubscribe: () => void;
  private readonly observer: ResizeObserver;
  private readonly themeObserver: MutationObserver;
  private props: SeriesChartProps;
  private hidden: ReadonlySet<string>;
  private ink = readInk();
  private shape: string;

  constructor(box: HTMLElement, props: SeriesChartProps, hidden: ReadonlySet<string>) {
    this.box = box;
    this.props = props;
    this.hidden = hidden;
    this.shape = shapeOf(props);
    this.plot = new uPlot(this.options(box.clientWidth), this.data(), box);
    this.unsubscribe = subscribeCursor(() => this.plot.redraw(false, false));
    this.observer = new ResizeObserver(() =>
      this.plot.setSize({ width: box.clientWidth, height: this.props.height ?? 52 }),
    );
    this.observer.observe(box);
    this.themeObserver = new MutationObserver(() => this.restyle());
    this.themeObserver.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }

  update(props: SeriesChartProps, hidden: ReadonlySet<string>): void {
    this.props = props;
    this.hidden = hidden;
    if (shapeOf(props) !== this.shape) this.restyle();
    props.series.forEach((series, i) => {
      const known = this.plot.series[i + 1];
      const show = !hidden.has(series.label);
      if (known && known.show !== show) this.plot.setSeries(i + 1, { show });
    });
    this.plot.setData(this.data());
  }

  destroy(): void {
    this.unsubscribe();
    // No pointer leaves a plot that is taken away under it.
    if (this.box.matches(':hover')) setCursor(null);
    this.observer.disconnect();
    this.themeObserver.disconnect();
    this.plot.destroy();
  }

  /** uPlot cannot change the look of a series: another shape or theme means another plot in the same place. */
  private restyle(): void {
    this.ink = readInk();
    this.shape = shapeOf(this.props);
    this.plot.destroy();
    this.plot = new uPlot(this.options(this.box.clientWidth), this.data(), this.box);
  }

  private data(): uPlot.AlignedData {
    const { xs, series, log } = this.props;
    // A logarithmic axis has no zero: such a value is no sample.
    const clean = (v: number | null) => (v === null || (log && v <= 0) ? null : v);
    return [xs.map((x) => x / 1000), ...series.map((s) => s.values.map(clean))];
  }

  private yRange(): [number, number] {
    const top = this.props.max ?? niceTop(topOf(this.props, this.hidden));
    return this.props.log ? logRange(this.props) : [0, top];
  }

  private options(width: number): uPlot.Options {
    const { height = 52, log = false, axisSide = 'right', format } = this.props;
    const right = axisSide === 'right';
    return {
      width,
      height,
      padding: [6, right ? 0 : 4, 5, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: true, range: () => [this.props.from / 1000, this.props.to / 1000] },
        y: { distr: log ? 3 : 1, range: () => this.yRange() },
      },
      axes: [
        { show: false },
        {
          side: right ? 1 : 3,
          size: AXIS_WIDTH,
          gap: 5,
          font: '10.5px "Inter Variable", Inter, Arial, sans-serif',
          stroke: () => this.ink.ink3,
          grid: { stroke: () => this.ink.line1, width: 1 },
          ticks: { show: false },
          splits: () => this.splits(),
          filter: (_, splits) => splits,
          values: (_, splits) => this.tickTexts(splits, format),
        },
      ],
      series: [
        {},
        ...this.props.series.map((s) => ({ ...plotSeries(s, this.ink), show: !this.hidden.has(s.label) })),
      ],
      hooks: {
        drawClear: [(u) => drawFaults(u, this.props.faults ?? [], this.ink)],
        draw: [(u) => this.drawMarks(u)],
        setCursor: [(u) => this.reportCursor(u)],
        ready: [(u) => u.over.addEventListener('mouseleave', () => setCursor(null))],
      },
    };
  }

  private splits(): number[] {
    const [low, top] = this.yRange();
    if (!this.props.log) return [0, top / 2, top];
    const out: number[] = [];
    for (let power = low; power <= top; power *= 10) out.push(power);
    return out.length > 3 ? out.filter((_, i) => i % 2 === 0) : out;
  }

  private tickTexts(splits: (number | null)[], format: SeriesChartProps['format']): string[] {
    const text = format ?? ((v: number) => String(Number(v.toPrecision(3))));
    return splits.map((value, i) => {
      // A logarithmic axis passes null for the gridlines which it leaves out.
      if (value === null) return '';
      return i === 0 && !format ? `${text(value)} ${this.props.unit}` : text(value);
    });
  }

  private drawMarks(u: uPlot): void {
    drawGaps(u, this.props, this.ink);
    if (this.props.limit) drawLimit(u, this.props.limit, this.ink);
    if (this.props.at !== undefined) drawVertical(u, this.props.at, this.ink.ink1, 1);
    const cursor = getCursor();
    if (cursor !== null) drawVertical(u, cursor, this.ink.ink2, 1);
  }

  private reportCursor(u: uPlot): void {
    const left = u.cursor.left ?? -1;
    // uPlot reports -10 with every redraw of a plot that no pointer is in.
    if (left >= 0) setCursor(u.posToVal(left, 'x') * 1000);
  }
}

function shapeOf(props: SeriesChartProps): string {
  return [props.log ?? false, ...props.series.map((s) => `${s.label}:${s.kind}:${s.hue ?? ''}`)].join('|');
}
