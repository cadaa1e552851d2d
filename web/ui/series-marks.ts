import type uPlot from 'uplot';
import type { Ink } from './series-ink.ts';
import type { SeriesChartProps } from './series-props.ts';

function hatch(u: uPlot, color: string, rising: boolean): CanvasPattern | null {
  const ratio = devicePixelRatio;
  const size = Math.round((rising ? 7 : 6) * ratio);
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const context = tile.getContext('2d');
  if (!context) return null;
  context.strokeStyle = color;
  context.lineWidth = ratio * 0.9;
  context.beginPath();
  // Three strokes, so that the diagonal goes on over the edges of the tile.
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift, rising ? size : 0);
    context.lineTo(shift + size, rising ? 0 : size);
  }
  context.stroke();
  return u.ctx.createPattern(tile, 'repeat');
}

function fillSpan(u: uPlot, from: number, to: number, pattern: CanvasPattern | null): void {
  if (!pattern) return;
  const left = Math.max(u.bbox.left, u.valToPos(from / 1000, 'x', true));
  const right = Math.min(u.bbox.left + u.bbox.width, u.valToPos(to / 1000, 'x', true));
  if (right <= left) return;
  u.ctx.fillStyle = pattern;
  u.ctx.fillRect(left, u.bbox.top, right - left, u.bbox.height);
}

/** Fault time: a faint +45 hatch behind everything. */
export function drawFaults(u: uPlot, faults: NonNullable<SeriesChartProps['faults']>, ink: Ink): void {
  if (faults.length === 0) return;
  const pattern = hatch(u, ink.fade(ink.hue('fault'), 0.26), true);
  for (const [from, to] of faults) fillSpan(u, from, to, pattern);
}

/** Where no series has a value: a -45 hatch, because no data is not a zero. */
export function drawGaps(u: uPlot, props: SeriesChartProps, ink: Ink): void {
  const { xs, series, from, at, to } = props;
  const end = Math.min(to, at ?? to);
  const step = xs.length > 1 ? (xs[1] ?? 0) - (xs[0] ?? 0) : 1000;
  const known = xs.filter((_, i) => series.some((s) => (s.values[i] ?? null) !== null));
  const pattern = hatch(u, ink.fade(ink.hue('unknown'), 0.35), false);
  let edge = from;
  for (const x of [...known, end + step]) {
    if (x - edge > 2 * step) fillSpan(u, edge, Math.min(x, end), pattern);
    edge = Math.max(edge, x + step);
  }
}

export function drawLimit(u: uPlot, limit: NonNullable<SeriesChartProps['limit']>, ink: Ink): void {
  const y = u.valToPos(limit.value, 'y', true);
  const { ctx } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ink.hue(limit.hue);
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.lineWidth = ratio;
  ctx.beginPath();
  ctx.moveTo(u.bbox.left, y);
  ctx.lineTo(u.bbox.left + u.bbox.width, y);
  ctx.stroke();
  ctx.fillStyle = ink.hue(limit.hue);
  ctx.font = `${10.5 * ratio}px "Inter Variable", Inter, Arial, sans-serif`;
  ctx.textAlign = 'left';
  // Over the hatch of no data, and over its own line.
  ctx.setLineDash([]);
  ctx.strokeStyle = ink.bg1;
  ctx.lineWidth = 4 * ratio;
  ctx.lineJoin = 'round';
  ctx.strokeText(limit.text, u.bbox.left, y - 4 * ratio);
  ctx.fillText(limit.text, u.bbox.left, y - 4 * ratio);
  ctx.restore();
}

export function drawVertical(u: uPlot, at: number, color: string, width: number): void {
  const x = Math.round(u.valToPos(at / 1000, 'x', true));
  if (x < u.bbox.left || x > u.bbox.left + u.bbox.width + 1) return;
  const { ctx } = u;
  ctx.save();
  // A dashed series leaves its dashes behind.
  ctx.setLineDash([]);
  ctx.strokeStyle = color;
  ctx.lineWidth = width * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, u.bbox.top - 2);
  ctx.lineTo(x, u.bbox.top + u.bbox.height + 2);
  ctx.stroke();
  ctx.restore();
}
