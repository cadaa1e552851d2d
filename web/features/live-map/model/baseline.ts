/** What the map is compared with, as the address says it: the time just before, or a range that was kept. */
export type Baseline = { kind: 'before' } | { kind: 'kept'; from: number; to: number };

interface Range {
  from: number;
  to: number;
}

/** `before`, or `<from>-<to>` in epoch ms; anything else is no baseline. */
export function readBaseline(text: string): Baseline | null {
  if (text === 'before') return { kind: 'before' };
  const [, from = '', to = ''] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  return from !== '' && range.to - range.from >= LEAST_MS ? { kind: 'kept', ...range } : null;
}

export function writeBaseline(baseline: Baseline | null): string {
  if (!baseline) return '';
  return baseline.kind === 'before' ? 'before' : `${Math.round(baseline.from)}-${Math.round(baseline.to)}`;
}

const LEAST_MS = 1_000;
/** Of less there is nothing to compare. */
const SHORTEST_MS = 30_000;
/** A range that moves is asked for again this often, milliseconds. */
export const GRID_MS = 10_000;

/** Both ranges: what is shown, up to its instant, and what it is compared with. Both lie on a grid while they move. */
export function comparedRanges(
  page: Range & { at: number; live: boolean },
  baseline: Baseline,
): { now: Range; base: Range } {
  const grid = page.live ? GRID_MS : 1;
  const to = Math.floor(page.at / grid) * grid;
  const length = Math.max(SHORTEST_MS, Math.floor((page.at - page.from) / grid) * grid);
  const now = { from: to - length, to };
  const base = baseline.kind === 'before' ? { from: now.from - length, to: now.from } : baseline;
  return { now, base: { from: base.from, to: base.to } };
}
