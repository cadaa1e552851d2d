import { SLOW_MS } from '../../../live/figures.ts';
import { duration, percent, rate } from '../../../ui/format.ts';
import type { EdgeState } from './graph.ts';

/** What an edge says: its rate, its duration, and below them the share that failed. */
export interface EdgeWords {
  value: string;
  words: string;
  slow: boolean;
  /** Empty when nothing failed. */
  failed: string;
}

/** A smaller share is written nowhere else either. */
const LEAST_SHARE = 0.001;

/** Null: the dashes of a line that was never used in the last minutes say enough. */
export function edgeWords({ figures, formerRate }: EdgeState, open: boolean): EdgeWords | null {
  if (!figures || figures.calls === 0) {
    if (!open && formerRate <= 0.05) return null;
    return { value: '0/s', words: open ? 'sent' : `was ${rate(formerRate)}`, slow: false, failed: '' };
  }
  const p95 = duration(figures.p95);
  const isMessage = figures.kind === 'producer' || figures.kind === 'consumer';
  return {
    value: `${rate(figures.rate)}/s`,
    words: isMessage ? '' : `${p95.value} ${p95.unit}`,
    slow: !isMessage && (figures.p95 ?? 0) > SLOW_MS,
    failed: figures.errorShare >= LEAST_SHARE ? `${percent(figures.errorShare)} failed` : '',
  };
}
