/** The strip's time axis: where an instant stands, and which instants get a tick. */
export interface Axis {
  /** Epoch ms. */
  from: number;
  to: number;
  /** Where the known ends: right of it only what is scheduled is drawn. */
  now: number;
  /** Pixels of the plot. */
  left: number;
  width: number;
  x(at: number): number;
  at(x: number): number;
}

/** Live shows 150 s and then 90 s of what is scheduled. */
const FUTURE_SHARE = 0.6;
const MAX_FUTURE_MS = 90_000;
const TICK_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const MIN_TICK_PX = 92;

export function makeAxis(range: {
  from: number;
  to: number;
  now: number;
  live: boolean;
  left: number;
  width: number;
}): Axis {
  const future = range.live ? Math.min(MAX_FUTURE_MS, (range.to - range.from) * FUTURE_SHARE) : 0;
  const to = range.to + future;
  const span = Math.max(1, to - range.from);
  const width = Math.max(1, range.width);
  return {
    from: range.from,
    to,
    now: Math.min(range.now, to),
    left: range.left,
    width,
    x: (at) => range.left + ((at - range.from) / span) * width,
    at: (x) => range.from + ((x - range.left) / width) * span,
  };
}

/** Instants of the ticks, epoch ms, on round seconds of the reader's clock. */
export function ticks(axis: Axis): number[] {
  const perPixel = (axis.to - axis.from) / axis.width;
  const last = TICK_STEPS_S[TICK_STEPS_S.length - 1] ?? 3600;
  const step = (TICK_STEPS_S.find((s) => (s * 1000) / perPixel >= MIN_TICK_PX) ?? last) * 1000;
  const out: number[] = [];
  for (let at = Math.ceil(axis.from / step) * step; at < axis.to; at += step) out.push(at);
  return out;
}

/** Seconds per bar, so that a bar is about `pixels` wide and at least one bucket of the data. */
export function bucketSeconds(axis: Axis, pixels: number, stepSeconds: number): number {
  const ideal = ((axis.to - axis.from) / axis.width / 1000) * pixels;
  for (const step of [1, 2, 3, 5, 10, 15, 30, 60, 120, 300, 600]) {
    if (step >= ideal && step >= stepSeconds && step % stepSeconds === 0) return step;
  }
  return Math.max(stepSeconds, 900);
}

/** Cuts an interval to the axis; null when nothing of it is on it. */
export function clip(axis: Axis, from: number, to: number): readonly [number, number] | null {
  const a = Math.max(axis.from, from);
  const b = Math.min(axis.to, to);
  return b > a ? [a, b] : null;
}
