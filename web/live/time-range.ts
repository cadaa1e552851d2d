/** The page's time range, as it stands in the URL (`?range`, `?from&to`, `?at`). Pure: the clock is an argument. */
export const RANGES = { '5m': 5 * 60_000, '15m': 15 * 60_000, '60m': 60 * 60_000 } as const;
export type RangeName = keyof typeof RANGES;

export interface TimeRange {
  /** Follows the clock: no `from`/`to` and not rewound. */
  live: boolean;
  name: RangeName | 'custom';
  from: number;
  to: number;
  /** The rewound instant, null when the page shows the newest. */
  rewoundTo: number | null;
}

const MIN_RANGE_MS = 1_000;

function instant(params: URLSearchParams, key: string): number | null {
  const text = params.get(key);
  if (text === null) return null;
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** Reads the range out of a query string; anything unreadable means live. */
export function readRange(search: string, now: number): TimeRange {
  const params = new URLSearchParams(search);
  const from = instant(params, 'from');
  const to = instant(params, 'to');
  const at = instant(params, 'at');
  const asked = params.get('range');
  const name: RangeName = asked === '15m' || asked === '60m' ? asked : '5m';
  if (from !== null && to !== null && to - from >= MIN_RANGE_MS) {
    return { live: false, name: 'custom', from, to, rewoundTo: at };
  }
  const length = RANGES[name];
  if (at === null) return { live: true, name, from: now - length, to: now, rewoundTo: null };
  const end = Math.min(now, at + length / 5);
  return { live: false, name, from: end - length, to: end, rewoundTo: at };
}

/** Seconds per bucket of a fetched range: at most about 600 buckets. */
export function stepFor(from: number, to: number): number {
  const seconds = (to - from) / 1000;
  for (const step of [1, 2, 5, 10, 30, 60, 300, 900]) if (seconds / step <= 900) return step;
  return 3600;
}
