/** The page's time range, as it stands in the URL (`?range`, `?from&to`, `?at`). Pure: the clock is an argument. */
export const RANGES = {
  /** What happens now: short enough to see each second, and the strip adds what is scheduled. */
  live: 150_000,
  '5m': 5 * 60_000,
  '15m': 15 * 60_000,
  '60m': 60 * 60_000,
} as const;
export type RangeName = keyof typeof RANGES;

/** The keys of the address that hold the range. */
const RANGE_KEYS = ['range', 'from', 'to', 'at'] as const;

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

function rangeName(asked: string | null): RangeName {
  return asked !== null && Object.hasOwn(RANGES, asked) ? (asked as RangeName) : 'live';
}

/** Reads the range out of a query string; anything unreadable means live. */
export function readRange(search: string, now: number): TimeRange {
  const params = new URLSearchParams(search);
  const from = instant(params, 'from');
  const to = instant(params, 'to');
  const at = instant(params, 'at');
  const name = rangeName(params.get('range'));
  if (from !== null && to !== null && to - from >= MIN_RANGE_MS) {
    return { live: false, name: 'custom', from, to, rewoundTo: at };
  }
  const length = RANGES[name];
  if (at === null) return { live: true, name, from: now - length, to: now, rewoundTo: null };
  const end = Math.min(now, at + length / 5);
  return { live: false, name, from: end - length, to: end, rewoundTo: at };
}

/** An address of the dashboard with the range of `search` carried along; keys which it has already win. */
export function withRange(href: string, search: string): string {
  const [path = '', own = ''] = href.split('?', 2);
  const params = new URLSearchParams(own);
  const here = new URLSearchParams(search);
  for (const key of RANGE_KEYS) {
    const value = here.get(key);
    if (value !== null && !params.has(key)) params.set(key, value);
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Seconds per bucket of a fetched range: at most 900 buckets. */
export function stepFor(from: number, to: number): number {
  const seconds = (to - from) / 1000;
  for (const step of [1, 2, 5, 10, 30, 60, 300, 900]) if (seconds / step <= 900) return step;
  return 3600;
}
