/**
 * How numbers and times are written. The number and its unit come apart where the design sets them in two weights;
 * a value that is not known is an en dash, never 0.
 */
export const UNKNOWN = '–';

export interface Measured {
  value: string;
  unit: string;
}

/** Milliseconds in ms below a second, in s above: 0.4 ms, 31 ms, 3.48 s, 101 s. */
export function duration(ms: number | null | undefined): Measured {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return { value: UNKNOWN, unit: 'ms' };
  if (ms > 0 && ms < 0.05) return { value: '<0.1', unit: 'ms' };
  if (Math.abs(ms) < 999.5)
    return { value: Math.abs(ms) < 9.95 && ms !== 0 ? ms.toFixed(1) : String(Math.round(ms)), unit: 'ms' };
  const seconds = ms / 1000;
  if (seconds < 9.995) return { value: seconds.toFixed(2), unit: 's' };
  if (seconds < 600) return { value: seconds.toFixed(1), unit: 's' };
  const minutes = seconds / 60;
  return minutes < 120
    ? { value: minutes.toFixed(0), unit: 'min' }
    : { value: (minutes / 60).toFixed(1), unit: 'h' };
}

/** `3.48 s` as one text. */
export function durationText(ms: number | null | undefined): string {
  const { value, unit } = duration(ms);
  return value === UNKNOWN ? value : `${value} ${unit}`;
}

/** Per second: 0.4, 6.0, 48. */
export function rate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined || !Number.isFinite(perSecond)) return UNKNOWN;
  if (perSecond === 0) return '0';
  if (perSecond < 0.05) return '<0.1';
  return perSecond < 9.95 ? perSecond.toFixed(1) : perSecond.toFixed(0);
}

export function rateText(perSecond: number | null | undefined): string {
  const text = rate(perSecond);
  return text === UNKNOWN ? text : `${text}/s`;
}

/** A share 0..1 in percent: 0 %, 0.2 %, 50.9 %, 100 %; what is nearly none or nearly all is never written as such. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return UNKNOWN;
  const value = share * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (value < 0.1) return '<0.1 %';
  if (value > 99.9 && value < 100) return '>99.9 %';
  return `${Number(value.toFixed(1))} %`;
}

/** 1,434 */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 512 B, 1.4 MiB, 268 MiB. */
export function bytes(value: number): string {
  const power = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  const scaled = value / 1024 ** power;
  return `${power === 0 || scaled >= 99.95 ? Math.round(scaled) : scaled.toFixed(1)} ${SIZES[power]}`;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

/** Wall clock of the reader's zone: 14:32:18, with 1 decimal 14:32:18.0, with 3 14:32:18.004. */
export function clock(at: number | null | undefined, decimals: 0 | 1 | 3 = 0): string {
  if (at === null || at === undefined || !Number.isFinite(at)) return UNKNOWN;
  const date = new Date(at);
  const base = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  if (decimals === 0) return base;
  const fraction = pad(date.getMilliseconds(), 3).slice(0, decimals);
  return `${base}.${fraction}`;
}

/** Date and wall clock: 18 Nov 2026, 14:31:10. */
export function dateTime(at: number | null | undefined): string {
  if (at === null || at === undefined || !Number.isFinite(at)) return UNKNOWN;
  const date = new Date(at);
  const month = date.toLocaleString('en-GB', { month: 'short' });
  return `${date.getDate()} ${month} ${date.getFullYear()}, ${clock(at)}`;
}

/** A countdown or a long duration: 12 s, 1:04, 1:02:05. Never negative. */
export function countdown(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000));
  if (total < 60) return `${total} s`;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(total % 60)}` : `${minutes}:${pad(total % 60)}`;
}

/** How long ago: now, 4 s ago, 3 min ago, 2 h ago. */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, (now - at) / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

/** Ids are long: the first and last four, 9be2…41d0. */
export function shortId(id: string): string {
  return id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`;
}

/** `1 order`, `2 orders`. */
export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
