import { type FaultInterval, injectingService, type Timeline } from '@stormglass/agents/contract';
import type { Recovery, SliPoint, SliQuery } from '../contract/index.ts';
import { lastFinishedSecond, sliSeries } from '../probes/index.ts';
import { retryAmplification } from './amplification.ts';
import { type Band, learnBand } from './band.ts';
import {
  answersInBand,
  breakersClosed,
  conditionOf,
  invariantsHold,
  queueBands,
  queuesAtBaseline,
  type Span,
  sagasInTime,
} from './conditions.ts';
import { affectedServices, blastRadius, lostRequests, receiptShare } from './damage.ts';
import { between } from './figure.ts';
import { injectedRate, injections } from './injection.ts';
import { type Evidence, findInstants, type Instants } from './instants.ts';
import { clip } from './intervals.ts';
import { queueFigures } from './queue-figures.ts';
import { reachNotCounted } from './reach.ts';
import { sagaFigures } from './saga-figures.ts';

/** All instants are epoch milliseconds. */
export interface RecoveryInput {
  /** Must cover baseline.from to now. */
  timeline: Timeline;
  /** The faults that are judged, as they really were (of one run, or one armed by hand). */
  faults: FaultInterval[];
  /** The service level whose curve is followed. */
  sli: SliQuery;
  /** Undisturbed time before the first fault, from which the bands are learned. */
  baseline: { from: number; to: number };
  /** How long all conditions must hold to count as recovered. */
  dwellMs: number;
  now: number;
}

/**
 * Recovery as CHAOS.md section 4 defines it: pure, so a live run, a stored one and a test compute the same. t0 is found
 * by the rule of `firstEffect`. Traffic has the resolution of a second; the second still unfinished at `now` is
 * left out.
 */
export function computeRecovery(input: RecoveryInput): Recovery {
  const { timeline, faults, baseline, now } = input;
  const range: Span = { from: Math.min(now, ...faults.map((fault) => fault.armedAt)), to: now };
  const points = pointsFor(input);
  const band = learnBand(points.filter((point) => (point.second + 1) * 1000 <= baseline.to));
  const bands = queueBands(timeline, range);
  const invariants = invariantsHold(timeline, range);
  const evidence: Evidence = {
    timeline,
    faults,
    dwellMs: input.dwellMs,
    now,
    queueBands: bands,
    answers: answersInBand(input.sli, points, band),
    breakers: breakersClosed(timeline, range),
    queues: queuesAtBaseline(bands),
    sagas: sagasInTime(timeline, range),
    invariants,
  };
  const instants = findInstants(evidence);
  const { answers, breakers, queues, sagas } = evidence;
  return {
    ...times(instants),
    ...damage(input, range, { points, band, broken: answers.broken, instants }),
    ...queueFigures(bands, { from: range.from, to: instants.t4.at ?? now }, instants.t3.at),
    ...sagaFigures(timeline, { from: range.from, to: instants.t4.at ?? now }),
    reach: reachNotCounted(),
    // Answers are known to the last finished second only; broken up to there is broken now.
    conditions: [
      conditionOf(answers, { from: range.from, to: (lastFinishedSecond(now) + 1) * 1000 }),
      ...[breakers, queues, sagas, invariants].map((judged) => conditionOf(judged, range)),
    ],
    violated: invariants.violated,
    baseline: {
      ...baseline,
      answers: band,
      queues: bands.map(({ queue, limit, learnedFrom }) => ({ queue, limit, samples: learnedFrom })),
    },
    dwellMs: input.dwellMs,
    sli: points,
  };
}

function pointsFor({ sli, timeline, baseline, now }: RecoveryInput): SliPoint[] {
  return sliSeries(sli, timeline, Math.ceil(baseline.from / 1000), lastFinishedSecond(now));
}

type Times = Pick<
  Recovery,
  't0' | 't1' | 't1Cause' | 't2' | 't3' | 't4' | 'detect' | 'mitigate' | 'recover' | 'outage'
>;

function times({ t0, t1, t2, t3, t4, t0Rule, t1Cause }: Instants): Times {
  const detect = between(t0, t1);
  const ruled = t0.at === null ? detect : { ...detect, inputs: `${detect.inputs}; t0: ${t0Rule}` };
  return {
    t0: t0.at,
    t1: t1.at,
    t1Cause,
    t2: t2.at,
    t3: t3.at,
    t4: t4.at,
    detect: ruled,
    mitigate: between(t0, t2),
    recover: between(t3, t4),
    outage: between(t0, t4),
  };
}

interface Curve {
  points: SliPoint[];
  band: Band;
  broken: [number, number][];
  instants: Instants;
}

type Damage = Pick<
  Recovery,
  | ('lostRequests' | 'blastRadius' | 'receiptShare' | 'injectedRate' | 'injections')
  | ('retryAmplification' | 'affectedServices')
>;

function damage({ timeline, faults, baseline }: RecoveryInput, range: Span, curve: Curve): Damage {
  const { t0, t3, t4 } = curve.instants;
  const finished = ((curve.points.at(-1)?.second ?? Math.floor(range.to / 1000)) + 1) * 1000;
  const from = t0.at ?? range.from;
  const to = t4.at ?? finished;
  const affected = t0.at === null ? [] : affectedServices(timeline, faults, baseline.from, from, to);
  const targets = faults.map((fault) => injectingService(fault.spec.target));
  return {
    lostRequests: lostRequests(
      curve.points,
      clip(curve.broken, Math.floor(range.from / 1000) * 1000, to),
      curve.band,
    ),
    affectedServices: affected.map(({ service }) => service),
    blastRadius: blastRadius(affected, targets, t0.at !== null),
    receiptShare: receiptShare(timeline, from, to),
    injectedRate: injectedRate(timeline, faults, range.to),
    injections: injections(timeline, faults, range.to),
    retryAmplification: retryAmplification(timeline, baseline, { from, to: t3.at ?? range.to }),
  };
}
