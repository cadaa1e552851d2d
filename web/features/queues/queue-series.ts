import type { QueueSample } from '@stormglass/agents/contract';
import { DEPTH_MS, depthOf, type QueueCard } from './model.ts';

export const CHARTS = [
  { value: 'depth', label: 'Depth' },
  { value: 'oldest', label: 'Oldest' },
  { value: 'rates', label: 'Rates' },
] as const;
export type ChartName = (typeof CHARTS)[number]['value'];

/** What the charts of a queue draw, one value per x; null where nothing is known. */
export interface QueueSeries {
  /** Epoch ms: the samples, then the instant to which it is predicted. */
  xs: number[];
  from: number;
  to: number;
  depth: (number | null)[];
  /** From the newest sample on. */
  predicted: (number | null)[];
  /** Milliseconds; 0 while nothing waits. */
  oldest: (number | null)[];
  /** Messages per second since the sample before. */
  in: (number | null)[];
  out: (number | null)[];
  redelivered: (number | null)[];
}

/** Right of the instant that is shown there is this much for what is predicted, ms. */
const AHEAD_MS = 25_000;
/** A sample says nothing of a longer time before it. */
const LONGEST_GAP_MS = 10_000;

/** Where the depth is on its way to, and when; null when nobody can say. */
function ahead({ drain, depth }: QueueCard, at: number): { at: number; depth: number } | null {
  if (drain.kind === 'draining') return { at: drain.emptyAt, depth: 0 };
  if (drain.kind !== 'filling') return null;
  const until = at + AHEAD_MS / 2;
  return { at: until, depth: depth + (drain.perSecond * (until - at)) / 1000 };
}

function rateSince(before: QueueSample | undefined, sample: QueueSample, count: number): number | null {
  const ms = before ? sample.at - before.at : 0;
  return ms <= 0 || ms > LONGEST_GAP_MS ? null : count / (ms / 1000);
}

/** Depth, age of the oldest message and rates of a queue over the last DEPTH_MS at `at`, epoch ms. */
export function queueSeries(card: QueueCard, at: number): QueueSeries {
  const from = at - DEPTH_MS;
  const first = card.samples.findIndex((sample) => sample.at >= from);
  const samples = first < 0 ? [] : card.samples.slice(first);
  const rates = (of: (sample: QueueSample) => number) =>
    samples.map((sample, i) => rateSince(card.samples[first + i - 1], sample, of(sample)));
  const next = samples.length === 0 ? null : ahead(card, at);
  const more = next ? [null] : [];
  const known: null[] = samples.slice(1).map(() => null);
  return {
    xs: [...samples.map((sample) => sample.at), ...(next ? [next.at] : [])],
    from,
    to: at + AHEAD_MS,
    depth: [...samples.map(depthOf), ...more],
    predicted:
      samples.length === 0 ? [] : [...known, next ? card.depth : null, ...(next ? [next.depth] : [])],
    oldest: [...samples.map((sample) => sample.oldestAgeMs ?? 0), ...more],
    in: [...rates((sample) => sample.enqueued), ...more],
    out: [...rates((sample) => sample.dequeued), ...more],
    redelivered: [...rates((sample) => sample.redelivered), ...more],
  };
}
