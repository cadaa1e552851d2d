import { sketchValue, type Timeline } from '@stormglass/agents/contract';
import type { BreakerProof, BreakerReport, Figure, FigurePoint } from '../contract/index.ts';
import { known, retryAmplification, unknown, withPoints } from '../recovery/index.ts';
import { judgeOpenStretches, type OpenStretches } from './open-stretches.ts';
import { judgeTrips, LATE_MS, type Trips } from './trips.ts';
import { type Limits, type Watched, watchedBreakers } from './watched.ts';

const METHOD = [
  'An opening is held against the window which the breaker itself had then; a failed probe opens it rightly.',
  `Trip latency: from the first sample by whose calls its window had left the limits (for the whole window and for nine tenths of it) to the opening; calls under way are not in it. Samples come once a second. Later than ${LATE_MS} ms and the longest call is late.`,
  'Open: a sample counts when it lies as a whole between opening and closing. Calls that end within the longest call seen on the edge may have begun before and are counted apart; of the others each round of half open may have one.',
  'Reset: half open more than 100 ms before its reset time is early, more than 1 s after it late.',
];

/** Without a call seen on the edge, what may be under way is unknown; most time limits are shorter. */
const USUAL_GRACE_MS = 10_000;

export interface ProofInput {
  timeline: Timeline;
  /** Epoch ms. */
  from: number;
  to: number;
  /** Undisturbed time which calls are held against; null: no amplification. */
  baseline: { from: number; to: number } | null;
}

/** Whether each breaker kept its own specification, from its transitions and its calls. Pure. */
export function proveBreakers({ timeline, from, to, baseline }: ProofInput): BreakerReport {
  const inRange = <Of extends { at: number }>(items: Of[]) =>
    items.filter(({ at }) => at >= from && at <= to);
  const { transitions, breakers: samples } = timeline;
  const watched = watchedBreakers({ transitions: inRange(transitions), breakers: inRange(samples) });
  const longest = longestCalls(timeline);
  const breakers = watched.map((one) => proofOf(one, longest, to));
  return {
    ...{ from, to, method: METHOD, breakers },
    retryAmplification: baseline === null ? [] : retryAmplification(timeline, baseline, { from, to }),
  };
}

function proofOf(watched: Watched, longest: ReadonlyMap<string, number>, to: number): BreakerProof {
  const spec = specOf(watched);
  const limits: Limits | null =
    spec.threshold === null || spec.volume === null
      ? null
      : { threshold: spec.threshold, volume: spec.volume };
  const graceMs = longest.get(`${watched.service}|${watched.peer}`) ?? USUAL_GRACE_MS;
  const trips = judgeTrips(
    watched,
    limits,
    spec.windowSeconds === null ? null : spec.windowSeconds * 1000,
    graceMs,
  );
  const open = judgeOpenStretches(watched, to, graceMs);
  const findings = [...trips.findings, ...open.findings].sort((a, b) => a.at - b.at);
  const { service, instance, name, peer } = watched;
  return {
    ...{ service, instance, name, peer, spec, findings, openings: trips.openings },
    verdict: findings.length > 0 ? 'broken' : trips.openings.length > 0 ? 'kept' : 'untested',
    ...figuresOf(trips, open, graceMs),
  };
}

/** What it said last: settings can be changed while it works. */
function specOf({ transitions, samples }: Watched): BreakerProof['spec'] {
  const moved = transitions.at(-1);
  const sample = samples.at(-1);
  return {
    threshold: sample?.threshold ?? moved?.threshold ?? null,
    volume: sample?.volume ?? moved?.volume ?? null,
    windowSeconds: moved?.windowSeconds ?? null,
    resetMs: moved?.resetTimeoutMs ?? null,
  };
}

/** The longest call on each edge, by `caller|peer`, ms: the upper bound of its bucket. */
function longestCalls(timeline: Timeline): ReadonlyMap<string, number> {
  const highest = new Map<string, number>();
  for (const cell of timeline.traffic) {
    const index = cell.kind === 'client' ? cell.durations.at(-1)?.[0] : undefined;
    if (index === undefined) continue;
    const edge = `${cell.service}|${cell.peer}`;
    if (index > (highest.get(edge) ?? -1)) highest.set(edge, index);
  }
  return new Map([...highest].map(([edge, index]) => [edge, Math.ceil(sketchValue(index + 0.5))]));
}

type Figures = Pick<BreakerProof, 'tripLatency' | 'falseOpens' | 'letThrough' | 'inFlight' | 'probes'>;

function figuresOf({ openings }: Trips, open: OpenStretches, graceMs: number): Figures {
  const fromClosed = openings.filter(({ from }) => from === 'closed');
  const wrong = fromClosed.filter(({ rightly }) => !rightly);
  return {
    tripLatency: tripLatency(fromClosed),
    falseOpens: withPoints(
      known(
        wrong.length,
        'openings',
        'openings from closed whose own window was within the limits',
        `${wrong.length} of ${fromClosed.length} openings`,
      ),
      wrong.map(({ at, reason }) => ({ at, value: 1, what: reason })),
    ),
    letThrough: sumOf(
      open.letThrough,
      `calls that ended while open, more than ${graceMs} ms after the opening, less probes`,
    ),
    inFlight: sumOf(open.inFlight, `calls that ended while open, within ${graceMs} ms of the opening`),
    probes: sumOf(open.probes, 'rounds of half open that came to a result'),
  };
}

function tripLatency(openings: Trips['openings']): Figure {
  const formula = 'longest time from a window that has left its limits to the opening';
  const points = openings.flatMap(({ at, tripMs, failures, calls }): FigurePoint[] =>
    tripMs === null ? [] : [{ at, value: tripMs, what: `${failures} of ${calls} calls failed` }],
  );
  if (points.length === 0) {
    const why = openings.length === 0 ? 'it did not open' : 'its calls do not reach back far enough';
    return unknown('ms', formula, why);
  }
  const worst = Math.max(...points.map(({ value }) => value));
  const inputs = `${points.length} openings; 0 is within one sample, a second`;
  return withPoints(known(worst, 'ms', formula, inputs), points);
}

function sumOf(points: FigurePoint[], formula: string): Figure {
  const sum = points.reduce((so, { value }) => so + value, 0);
  return withPoints(known(sum, 'calls', formula, `${sum} in ${points.length} samples or rounds`), points);
}
