import type { FaultInterval } from '@stormglass/agents/contract';
import { faultWords } from '../../../live/fault-words.ts';
import type { Axis } from './axis.ts';

export interface FaultBar {
  id: string;
  words: string;
  /** Observed: first effect (or arming while nothing was hit yet) to the read-back (or now). */
  from: number;
  to: number;
  /** While it is armed: when its lease ends at the latest. */
  leaseEnd: number | null;
  /** 0, 1, ...: bars that overlap stand in different rows. */
  row: number;
}

/** Fault bars on the axis, at most `maxRows` of them above each other; what does not fit is counted. */
export function faultBars(
  faults: readonly FaultInterval[],
  axis: Axis,
  maxRows = 2,
): { bars: FaultBar[]; rows: number; hidden: number } {
  const bars: FaultBar[] = [];
  const ends: number[] = [];
  let hidden = 0;
  for (const fault of faults) {
    const from = fault.firstEffectAt ?? fault.armedAt;
    const to = fault.endedAt ?? axis.now;
    const leaseEnd = fault.endedAt === null ? fault.expiresAt : null;
    if (from > axis.now || Math.max(to, leaseEnd ?? 0) < axis.from) continue;
    const free = ends.findIndex((end) => end <= from);
    const row = free >= 0 ? free : ends.length;
    if (row >= maxRows) {
      hidden += 1;
      continue;
    }
    ends[row] = Math.max(to, leaseEnd ?? 0);
    bars.push({
      id: fault.faultId,
      words: faultWords(fault.spec),
      from,
      to: Math.max(from, to),
      leaseEnd,
      row,
    });
  }
  return { bars, rows: Math.max(1, ends.length), hidden };
}
