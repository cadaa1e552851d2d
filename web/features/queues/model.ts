import type { FaultInterval, QueueSample, Timeline } from '@stormglass/agents/contract';

interface DepthPoint {
  /** Epoch milliseconds. */
  at: number;
  depth: number;
}

export interface QueueCard {
  queue: string;
  system: string;
  sample: QueueSample;
  ageMs: number;
  /** Ready, delayed and, where the broker says it, in flight: what still has to be done. */
  depth: number;
  /** The most in the window: the tank's full mark. */
  peak: number;
  /** Messages per second over the last RATE_SECONDS; null with fewer than two samples. */
  inRate: number | null;
  outRate: number | null;
  /** Change of depth per second by least squares over SLOPE_SECONDS. */
  slope: number | null;
  drain: Drain;
  /** In order of time. */
  samples: readonly QueueSample[];
  redelivered: number;
  trouble: 'stuck' | 'paused' | 'dead' | 'filling' | 'unknown' | 'none';
}

export type Drain =
  | { kind: 'empty' }
  | { kind: 'draining'; inMs: number; emptyAt: number }
  | { kind: 'filling'; perSecond: number }
  | { kind: 'stalled' }
  | { kind: 'unknown'; why: string };

const RATE_SECONDS = 10;
const SLOPE_SECONDS = 20;
export const STALE_MS = 15_000;
/** A depth below this is noise of a queue that keeps up. */
const NOISE = 5;

export function depthOf(s: QueueSample): number {
  return s.ready + s.delayed + (s.inFlight ?? 0);
}

/** Least-squares slope in messages per second; null with fewer than three points or no time between them. */
export function slopeOf(points: DepthPoint[]): number | null {
  if (points.length < 3) return null;
  const t0 = points[0]?.at ?? 0;
  const n = points.length;
  let st = 0;
  let sd = 0;
  let stt = 0;
  let std = 0;
  for (const p of points) {
    const t = (p.at - t0) / 1000;
    st += t;
    sd += p.depth;
    stt += t * t;
    std += t * p.depth;
  }
  const below = n * stt - st * st;
  return below === 0 ? null : (n * std - st * sd) / below;
}

function atPace(depth: number, outRate: number, at: number): Drain {
  const inMs = (depth / outRate) * 1000;
  return { kind: 'draining', inMs, emptyAt: at + inMs };
}

/** When the queue is empty if it goes on like this. */
export function predictDrain(depth: number, slope: number | null, outRate: number | null, at: number): Drain {
  if (depth === 0) return { kind: 'empty' };
  // A handful is noise of a queue that keeps up: its pace says more than its slope.
  if (depth <= NOISE && outRate !== null && outRate > 0) return atPace(depth, outRate, at);
  if (slope === null) return { kind: 'unknown', why: 'fewer than 3 samples' };
  if (slope < -0.05) {
    const inMs = (depth / -slope) * 1000;
    return { kind: 'draining', inMs, emptyAt: at + inMs };
  }
  if (slope > 0.2 && depth > NOISE) return { kind: 'filling', perSecond: slope };
  if (outRate === 0) return { kind: 'stalled' };
  if (outRate !== null) return atPace(depth, outRate, at);
  return { kind: 'unknown', why: 'no rate yet' };
}

function rate(samples: QueueSample[], at: number, of: (s: QueueSample) => number): number | null {
  const recent = samples.filter((s) => s.at > at - RATE_SECONDS * 1000 - 500);
  const first = recent[0];
  const last = recent[recent.length - 1];
  if (!first || !last || last.at === first.at) return null;
  const sum = recent.slice(1).reduce((n, s) => n + of(s), 0);
  return sum / ((last.at - first.at) / 1000);
}

function troubleOf(drain: Drain, sample: QueueSample, ageMs: number): QueueCard['trouble'] {
  if (ageMs > STALE_MS) return 'unknown';
  // Nothing goes out of it because somebody wanted that; it says so whether or not anything waits.
  if (sample.paused === true) return 'paused';
  if (drain.kind === 'stalled') return 'stuck';
  if (drain.kind === 'filling') return 'filling';
  return sample.dead > 0 ? 'dead' : 'none';
}

const RANK: Record<QueueCard['trouble'], number> = {
  stuck: 0,
  paused: 1,
  filling: 2,
  dead: 3,
  unknown: 4,
  none: 5,
};

function card(samples: QueueSample[], at: number): QueueCard | null {
  const sample = samples[samples.length - 1];
  if (!sample) return null;
  const points = samples.map((s) => ({ at: s.at, depth: depthOf(s) }));
  const depth = depthOf(sample);
  const outRate = rate(samples, at, (s) => s.dequeued);
  const slope = slopeOf(points.filter((p) => p.at > at - SLOPE_SECONDS * 1000));
  const drain = predictDrain(depth, slope, outRate, sample.at);
  const ageMs = at - sample.at;
  return {
    queue: sample.queue,
    system: sample.system,
    sample,
    ageMs,
    depth,
    peak: points.reduce((n, p) => Math.max(n, p.depth), 1),
    inRate: rate(samples, at, (s) => s.enqueued),
    outRate,
    slope,
    drain,
    samples,
    redelivered: samples.reduce((n, s) => n + s.redelivered, 0),
    trouble: troubleOf(drain, sample, ageMs),
  };
}

/** The queues as they were at `at` (epoch ms), most trouble first, then by name. */
export function queueCards(timeline: Pick<Timeline, 'queues'>, at: number): QueueCard[] {
  const groups = new Map<string, QueueSample[]>();
  for (const s of timeline.queues) {
    if (s.at > at) continue;
    const list = groups.get(s.queue);
    if (list) list.push(s);
    else groups.set(s.queue, [s]);
  }
  const cards: QueueCard[] = [];
  for (const list of groups.values()) {
    const made = card(
      list.sort((a, b) => a.at - b.at),
      at,
    );
    if (made) cards.push(made);
  }
  return cards.sort((a, b) => RANK[a.trouble] - RANK[b.trouble] || a.queue.localeCompare(b.queue));
}

/** Charts of depth look back this far, milliseconds. */
export const DEPTH_MS = 120_000;

/** Faults on the queue's own consumers in [from, at], so that a full tank is not mistaken for a natural one. */
export function faultsOn(
  faults: readonly FaultInterval[],
  queue: string,
  from: number,
  at: number,
): FaultInterval[] {
  return faults.filter(
    (f) =>
      f.spec.target.kind === 'consumer' &&
      f.spec.target.queue === queue &&
      f.armedAt <= at &&
      (f.endedAt === null || f.endedAt > from),
  );
}
