/** Maps nanoseconds of a trace to 0..1 of the drawing; a fold is a stretch in which nothing starts or ends. */
export interface TimeScale {
  at: (ns: number) => number;
  folds: { from: number; to: number; x0: number; x1: number }[];
  ticks: { ns: number; x: number }[];
  from: number;
  to: number;
}

/** A quiet stretch is folded when it is more than this share of the trace; it then takes this share of the width. */
const FOLD_ABOVE = 0.25;
const FOLD_WIDTH = 0.12;
const STEPS = [1, 2, 5];

function quietStretches(marks: number[], from: number, to: number): [number, number][] {
  const inside = [from, ...marks.filter((m) => m > from && m < to), to].sort((a, b) => a - b);
  const margin = (to - from) * 0.02;
  const found: [number, number][] = [];
  for (let i = 1; i < inside.length; i++) {
    const a = inside[i - 1] ?? from;
    const b = inside[i] ?? to;
    if (b - a > (to - from) * FOLD_ABOVE) found.push([a + margin, b - margin]);
  }
  return found;
}

/** A round step so that about `count` ticks fit; nanoseconds. */
export function roundStep(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, raw)));
  for (const step of STEPS) if (raw <= step * power) return step * power;
  return 10 * power;
}

interface Piece {
  from: number;
  to: number;
  x0: number;
  x1: number;
  folded: boolean;
}

function cut(from: number, to: number, quiet: [number, number][]): Piece[] {
  const open = to - from - quiet.reduce((sum, [a, b]) => sum + b - a, 0);
  const room = 1 - quiet.length * FOLD_WIDTH;
  const pieces: Piece[] = [];
  let x = 0;
  let at = from;
  const push = (until: number, folded: boolean) => {
    const width = folded ? FOLD_WIDTH : ((until - at) / Math.max(1, open)) * room;
    pieces.push({ from: at, to: until, x0: x, x1: x + width, folded });
    x += width;
    at = until;
  };
  for (const [a, b] of quiet) {
    push(a, false);
    push(b, true);
  }
  push(to, false);
  return pieces;
}

function ticksOf(pieces: Piece[], step: number): { ns: number; x: number }[] {
  const ticks: { ns: number; x: number }[] = [];
  for (const piece of pieces) {
    if (piece.folded) continue;
    for (let ns = Math.ceil(piece.from / step) * step; ns <= piece.to; ns += step) {
      const x = piece.x0 + ((ns - piece.from) / Math.max(1, piece.to - piece.from)) * (piece.x1 - piece.x0);
      if (ticks.every((t) => Math.abs(t.x - x) > 0.06)) ticks.push({ ns, x });
    }
  }
  return ticks;
}

/**
 * The scale over [from, to]. `marks` are the instants at which something starts or ends (span ends, and the ends of
 * injected parts); with `fold` the long waits between them are squeezed.
 */
export function timeScale(from: number, to: number, marks: number[], fold: boolean): TimeScale {
  const end = Math.max(to, from + 1);
  const quiet = fold ? quietStretches(marks, from, end).slice(0, 3) : [];
  const pieces = cut(from, end, quiet);
  const open = end - from - quiet.reduce((sum, [a, b]) => sum + b - a, 0);
  const at = (ns: number): number => {
    const piece = pieces.find((p) => ns <= p.to) ?? pieces[pieces.length - 1];
    if (!piece) return 0;
    const share = (ns - piece.from) / Math.max(1, piece.to - piece.from);
    return Math.min(1, Math.max(0, piece.x0 + share * (piece.x1 - piece.x0)));
  };
  return {
    at,
    folds: pieces.filter((p) => p.folded).map(({ from: a, to: b, x0, x1 }) => ({ from: a, to: b, x0, x1 })),
    ticks: ticksOf(pieces, roundStep(open, 8)),
    from,
    to: end,
  };
}
