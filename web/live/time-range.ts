import type { UrlChange } from './url-state.ts';

/** The page's time range, as it stands in the URL (`?range`, `?from&to`, `?at`, `?replay`). Pure: the clock is an argument. */
export const RANGES = {
  /** What happens now: short enough to see each second, and the strip adds what is scheduled. */
  live: 150_000,
  '5m': 5 * 60_000,
  '15m': 15 * 60_000,
  '60m': 60 * 60_000,
} as const;
export type RangeName = keyof typeof RANGES;

/** The keys of the address that go along from page to page: the range, and how the strip looks. */
const CARRIED = ['range', 'from', 'to', 'at', 'replay', 'strip'] as const;

/** How fast a range is replayed, as a multiple of its own time. */
export const SPEEDS = [0.5, 1, 2, 5, 10] as const;
export type Speed = (typeof SPEEDS)[number];

export interface TimeRange {
  /** Follows the clock: no `from`/`to` and not rewound. */
  live: boolean;
  name: RangeName | 'custom';
  from: number;
  to: number;
  /** The rewound instant, null when the page shows the newest. A replay began there. */
  rewoundTo: number | null;
  /** Null while nothing is replayed. */
  replay: Speed | null;
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

function speed(text: string | null): Speed | null {
  return SPEEDS.find((one) => String(one) === text) ?? null;
}

/** Reads the range out of a query string; anything unreadable means live. */
export function readRange(search: string, now: number): TimeRange {
  const params = new URLSearchParams(search);
  const from = instant(params, 'from');
  const to = instant(params, 'to');
  const at = instant(params, 'at');
  const name = rangeName(params.get('range'));
  if (from !== null && to !== null && to - from >= MIN_RANGE_MS) {
    const replay = at === null ? null : speed(params.get('replay'));
    return { live: false, name: 'custom', from, to, rewoundTo: at, replay };
  }
  const length = RANGES[name];
  if (at === null) return { live: true, name, from: now - length, to: now, rewoundTo: null, replay: null };
  const end = Math.min(now, at + length / 5);
  return { live: false, name, from: end - length, to: end, rewoundTo: at, replay: null };
}

/** What the address becomes when the page follows the clock again, with its range kept unless another is named. */
export function followClock(range?: RangeName): UrlChange {
  const named = range === undefined ? {} : { range: range === 'live' ? null : range };
  return { ...named, from: null, to: null, at: null, replay: null };
}

/** What the address becomes when the page holds a span still, epoch ms. */
export function holdSpan({ from, to }: { from: number; to: number }): UrlChange {
  return { range: null, from: String(Math.round(from)), to: String(Math.round(to)), at: null, replay: null };
}

/** An address of the dashboard with the range of `search` carried along; keys which it has already win. */
export function withRange(href: string, search: string): string {
  const [path = '', own = ''] = href.split('?', 2);
  const params = new URLSearchParams(own);
  const here = new URLSearchParams(search);
  for (const key of CARRIED) {
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
