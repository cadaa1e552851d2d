import type { Timeline } from '@stormglass/agents/contract';
import { sagaOutcomes } from '../../../live/figures.ts';
import type { Axis } from './axis.ts';

export interface SagaBar {
  from: number;
  to: number;
  /** Sagas per second. */
  confirmed: number;
  undone: number;
  failed: number;
  /** The bucket is not over yet. */
  unfinished: boolean;
}

/** Ended sagas per bucket: confirmed upwards, undone and failed downwards. */
export function sagaBars(timeline: Timeline, axis: Axis, bucket: number): { bars: SagaBar[]; max: number } {
  const start = Math.floor(axis.from / 1000 / bucket) * bucket;
  const outcomes = sagaOutcomes(timeline, start * 1000, axis.now, bucket);
  const bars: SagaBar[] = [];
  let max = 0;
  for (const [second, sum] of outcomes) {
    const bar = {
      from: second * 1000,
      to: (second + bucket) * 1000,
      confirmed: sum.confirmed / bucket,
      undone: sum.compensated / bucket,
      failed: sum.other / bucket,
      unfinished: (second + bucket) * 1000 > axis.now,
    };
    max = Math.max(max, bar.confirmed, bar.undone + bar.failed);
    bars.push(bar);
  }
  return { bars, max };
}
