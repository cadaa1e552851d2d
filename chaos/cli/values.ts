import type { Selection } from './api.ts';
import { usage } from './exit-codes.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `250ms` as milliseconds. */
export function durationOf(option: string, text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  if (!(ms > 0)) throw usage(`--${option} is ${text}; write 250ms, 90s, 15m, 2h or 1d`);
  return ms;
}

export function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffffffff) throw usage(`--seed is ${text}; write 0 to 4294967295`);
  return seed;
}

type SelectionValues = Record<'run' | 'last' | 'from' | 'to', string | undefined>;

/** What `export` records: `--run`, `--last`, or `--from` and `--to`. */
export function selectionOf({ run, last, from, to }: SelectionValues, now: number): Selection {
  if (run !== undefined) return { run };
  if (last !== undefined) return { from: now - durationOf('last', last), to: now };
  if (from === undefined) throw usage('export wants --run, --last or --from', 'export');
  const range = { from: instantOf('from', from), to: to === undefined ? now : instantOf('to', to) };
  if (range.from >= range.to) throw usage('--from must be before --to', 'export');
  return range;
}

/** `2026-01-31T12:00:00Z` or epoch milliseconds. */
export function instantOf(name: string, text: string): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at)) throw usage(`--${name} is ${text}; write 2026-01-31T12:00:00Z or epoch milliseconds`);
  return at;
}

/** One of a few words. */
export function oneOf<W extends string>(option: string, text: string, words: readonly W[]): W {
  const found = words.find((word) => word === text);
  if (found === undefined) throw usage(`--${option} is ${text}; write one of ${words.join(', ')}`);
  return found;
}
