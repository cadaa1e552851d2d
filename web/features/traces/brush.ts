/** A selection in the scatter: instants in epoch ms, durations in ms; both ends belong to it. */
export interface Brush {
  from: number;
  to: number;
  low: number;
  high: number;
}

/** Where the axes of the scatter begin and end. */
export type Extent = Brush;

/** Part of an axis by which a key moves the selection. */
const STEP = 0.05;

/** In an address: `from-to-low-high`. */
export function brushText({ from, to, low, high }: Brush): string {
  return [Math.round(from), Math.round(to), precise(low), precise(high)].join('-');
}

const precise = (ms: number) => String(Number(ms.toFixed(3)));

export function readBrush(text: string): Brush | null {
  const [from, to, low, high, more] = text.split('-').map(Number);
  if (from === undefined || to === undefined || low === undefined || high === undefined) return null;
  const sound =
    more === undefined && from < to && low >= 0 && low < high && [to, high].every(Number.isFinite);
  return sound ? { from, to, low, high } : null;
}

export function inBrush(brush: Brush, trace: { startMs: number; durationMs: number }): boolean {
  const { startMs, durationMs } = trace;
  return startMs >= brush.from && startMs <= brush.to && durationMs >= brush.low && durationMs <= brush.high;
}

/** A point of the scatter, both 0..1: x from the left, y from the top, where the slow ones are. */
interface Place {
  x: number;
  y: number;
}

const inside = (share: number) => Math.min(1, Math.max(0, share));
const timeAt = (extent: Extent, x: number) => extent.from + inside(x) * (extent.to - extent.from);
/** Durations are drawn logarithmically. */
const durationAt = (extent: Extent, y: number) => extent.low * (extent.high / extent.low) ** (1 - inside(y));

function placesOf(extent: Extent, brush: Brush): [Place, Place] {
  const x = (at: number) => (at - extent.from) / Math.max(1, extent.to - extent.from);
  const y = (ms: number) =>
    1 - Math.log(Math.max(extent.low, ms) / extent.low) / Math.log(extent.high / extent.low);
  return [
    { x: inside(x(brush.from)), y: inside(y(brush.high)) },
    { x: inside(x(brush.to)), y: inside(y(brush.low)) },
  ];
}

/** What lies between two points; null when they are one point. */
export function brushBetween(extent: Extent, a: Place, b: Place): Brush | null {
  const brush = {
    from: timeAt(extent, Math.min(a.x, b.x)),
    to: timeAt(extent, Math.max(a.x, b.x)),
    low: durationAt(extent, Math.max(a.y, b.y)),
    high: durationAt(extent, Math.min(a.y, b.y)),
  };
  return brush.from < brush.to && brush.low < brush.high ? brush : null;
}

/** Where it is drawn: left, top, width and height, 0..1; nothing of it is drawn outside. */
export function brushBox(extent: Extent, brush: Brush): { x: number; y: number; w: number; h: number } {
  const [a, b] = placesOf(extent, brush);
  return { x: a.x, y: a.y, w: b.x - a.x, h: b.y - a.y };
}

const MOVES: Record<string, Place> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/** Moves one that would leave the axes back to their end, without losing its size. */
function kept(a: number, b: number, by: number): [number, number] {
  const move = Math.min(1 - b, Math.max(-a, by));
  return [a + move, b + move];
}

/**
 * The selection after a key: an arrow moves it, with shift its right or upper end alone. Without a selection an arrow makes
 * one in the middle. Null for any other key.
 */
export function nudged(extent: Extent, brush: Brush | null, key: string, shift: boolean): Brush | null {
  const by = MOVES[key];
  if (!by) return null;
  if (!brush) return brushBetween(extent, { x: 1 / 3, y: 0.25 }, { x: 2 / 3, y: 0.75 });
  const [a, b] = placesOf(extent, brush);
  if (shift) {
    const right = inside(Math.max(a.x + STEP, b.x + by.x));
    const top = inside(Math.min(b.y - STEP, a.y + by.y));
    return brushBetween(extent, { x: a.x, y: top }, { x: right, y: b.y });
  }
  const [left, right] = kept(a.x, b.x, by.x);
  const [top, bottom] = kept(a.y, b.y, by.y);
  return brushBetween(extent, { x: left, y: top }, { x: right, y: bottom });
}
