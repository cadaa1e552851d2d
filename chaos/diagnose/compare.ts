import { mergeSketches, quantile, type TrafficCell } from '@stormglass/agents/contract';
import { MIN_CALLS } from '../probes/index.ts';
import type { Evidence } from './evidence.ts';

/** What counts as now, ms; whatever is before it is the baseline. */
export const NOW_MS = 60_000;

export interface CallSum {
  calls: number;
  errors: number;
  errorShare: number;
  /** Null without a call. */
  p95: number | null;
}

export interface Compared {
  now: CallSum;
  before: CallSum;
  /** Both sides have calls enough to say anything. */
  judged: boolean;
}

/** Cells as they are now and as they were before, in the evidence's own range. */
export function compare(evidence: Evidence, wanted: (cell: TrafficCell) => boolean): Compared {
  const from = Math.floor((evidence.at - NOW_MS) / 1000);
  const cells = evidence.timeline.traffic.filter(wanted);
  const now = sum(cells.filter(({ second }) => second >= from));
  const before = sum(cells.filter(({ second }) => second < from));
  return { now, before, judged: now.calls >= MIN_CALLS && before.calls >= MIN_CALLS };
}

function sum(cells: readonly TrafficCell[]): CallSum {
  const calls = cells.reduce((total, cell) => total + cell.calls, 0);
  const errors = cells.reduce((total, cell) => total + cell.errors, 0);
  const p95 = quantile(mergeSketches(cells.map(({ durations }) => durations)), 0.95);
  return { calls, errors, errorShare: calls === 0 ? 0 : errors / calls, p95 };
}

/** Whether errors left their own usual share: by five points at least. */
export const failsMore = ({ now, before }: Compared): boolean =>
  now.calls >= MIN_CALLS && now.errorShare > before.errorShare + 0.05;

/** Whether it is slower than usual: twice, and 100 ms at least. */
export const isSlower = ({ now, before, judged }: Compared): boolean =>
  judged && now.p95 !== null && before.p95 !== null && now.p95 > Math.max(2 * before.p95, before.p95 + 100);

export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
export const ms = (value: number | null): string => (value === null ? 'unknown' : `${Math.round(value)} ms`);
