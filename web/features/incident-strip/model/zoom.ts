/** What of the strip is known, epoch ms. */
export interface Span {
  from: number;
  to: number;
}

/** Shorter spans say nothing, longer ones no store is asked for at once. */
const MIN_SPAN_MS = 2_000;
const MAX_SPAN_MS = 24 * 60 * 60_000;

/** A span of this length that holds `around` where it stood, and ends at `now` at the latest. */
export function zoomed({ from, to }: Span, around: number, factor: number, now: number): Span {
  const length = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, (to - from) * factor));
  const held = Math.min(to, Math.max(from, around));
  const share = (held - from) / Math.max(1, to - from);
  const end = Math.min(now, held + (1 - share) * length);
  return { from: end - length, to: end };
}

/** The span moved by a share of its own length, and not beyond `now`. */
export function moved({ from, to }: Span, share: number, now: number): Span {
  const by = Math.min((to - from) * share, now - to);
  return { from: from + by, to: to + by };
}

/** What lies between a mark and the cursor, cut to `now`; null while it is too short to be looked at. */
export function between(mark: number, cursor: number, now: number): Span | null {
  const from = Math.min(mark, cursor);
  const to = Math.min(now, Math.max(mark, cursor));
  return to - from >= MIN_SPAN_MS ? { from, to } : null;
}
