import type { GuardWatch } from '../../contract/index.ts';
import type { GuardMoment, GuardReading } from './reading.ts';

/** A sample says nothing about the present after this long, ms. */
const FRESH_MS = 10_000;

/** The newest sample of a queue: messages, or the age of the oldest in seconds. */
export function readQueueDepth(
  { queue, metric }: Extract<GuardWatch, { type: 'queue' }>,
  { timeline, at }: GuardMoment,
): GuardReading {
  let newest: (typeof timeline.queues)[number] | null = null;
  for (const sample of timeline.queues) {
    if (sample.queue !== queue || sample.at < at - FRESH_MS) continue;
    if (newest === null || sample.at >= newest.at) newest = sample;
  }
  if (newest === null) {
    return { value: null, detail: `no sample of the queue ${queue} in the last ${FRESH_MS / 1000} s` };
  }
  if (metric === 'oldest_age') {
    // No age of a queue in which something waits is not known, and nothing to be calm about.
    if (newest.oldestAgeMs === null && newest.ready > 0) {
      return { value: null, detail: `the broker of ${queue} does not say how old its messages are` };
    }
    return { value: (newest.oldestAgeMs ?? 0) / 1000, detail: `age of the oldest message in ${queue}, s` };
  }
  return { value: newest[metric], detail: `messages ${metric} in ${queue}` };
}
