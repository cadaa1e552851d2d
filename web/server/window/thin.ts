import type { BreakerSample, QueueSample, Timeline } from '@stormglass/agents/contract';

/** Steps that divide minutes and hours well, seconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];
/** More points than this no chart can show. */
export const MAX_STEPS = 900;

/** The smallest good step by which [from, to] (epoch ms) has at most 900 of them; never finer than asked. */
export function chooseStep(from: number, to: number, asked: number | undefined): number {
  const needed = Math.max(asked ?? 1, (to - from) / 1000 / MAX_STEPS);
  return STEPS.find((step) => step >= needed) ?? Math.ceil(needed);
}

/** One sample a step for each breaker and queue: counts are added, the state is the last one's. */
export function thin(timeline: Timeline, step: number): Timeline {
  if (step <= 1) return timeline;
  return {
    ...timeline,
    breakers: join(timeline.breakers, step, (b) => `${b.service}|${b.instance}|${b.name}`, addBreaker),
    queues: join(timeline.queues, step, (q) => `${q.system}|${q.queue}`, addQueue),
  };
}

function join<T extends { at: number }>(
  samples: readonly T[],
  step: number,
  keyOf: (sample: T) => string,
  add: (earlier: T, later: T) => T,
): T[] {
  const joined = new Map<string, T>();
  for (const sample of samples) {
    const key = `${Math.floor(sample.at / 1000 / step)}|${keyOf(sample)}`;
    const known = joined.get(key);
    joined.set(key, known ? add(known, sample) : sample);
  }
  return [...joined.values()];
}

function addBreaker(earlier: BreakerSample, later: BreakerSample): BreakerSample {
  return {
    ...later,
    success: earlier.success + later.success,
    failure: earlier.failure + later.failure,
    timeout: earlier.timeout + later.timeout,
    rejected: earlier.rejected + later.rejected,
  };
}

function addQueue(earlier: QueueSample, later: QueueSample): QueueSample {
  return {
    ...later,
    enqueued: earlier.enqueued + later.enqueued,
    dequeued: earlier.dequeued + later.dequeued,
    redelivered: earlier.redelivered + later.redelivered,
  };
}
