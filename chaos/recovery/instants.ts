import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import { lastFinishedSecond } from '../probes/index.ts';
import type { Breach } from './band.ts';
import type { Judged, QueueBand } from './conditions.ts';
import type { Mark } from './figure.ts';
import { firstEffect } from './first-effect.ts';
import { firstCalm, merge } from './intervals.ts';

/** t0..t4 with the words that go with them. Non-null ones are ordered: t0 <= t1 <= t2 <= t3 <= t4, where each exists. */
export interface Instants {
  t0: Mark;
  t1: Mark;
  t2: Mark;
  t3: Mark;
  t4: Mark;
  /** Which rule found t0. */
  t0Rule: string;
  t1Cause: string | null;
}

/** What the instants are found in. */
export interface Evidence {
  timeline: Timeline;
  faults: FaultInterval[];
  answers: Judged & { breaches: Breach[] };
  breakers: Judged;
  queues: Judged;
  sagas: Judged;
  invariants: Judged;
  queueBands: QueueBand[];
  dwellMs: number;
  /** Epoch ms. */
  now: number;
}

export function findInstants(evidence: Evidence): Instants {
  const t3 = clearedAt(evidence.faults);
  const effect = firstOf(evidence);
  const t0: Mark = {
    name: 't0',
    // An effect that surfaced after the fault was gone belongs to its last moment.
    at: effect === null ? null : Math.min(effect.at, t3.at ?? effect.at),
    missing: evidence.faults.length === 0 ? 'no fault was armed' : 'no effect of the fault was seen yet',
  };
  const t4 = recoveredAt(evidence, t3.at, t0.at);
  const detected = t0.at === null ? null : detection(evidence, t0.at, t4.at);
  const t1: Mark = {
    name: 't1',
    at: detected?.at ?? null,
    missing: t0.at === null ? t0.missing : 'no breaker opened, no queue rose, answers stayed in band',
  };
  const t2 = mitigatedAt(evidence, t0, t1, t3);
  const t0Rule = effect?.rule ?? t0.missing;
  return { t0, t1, t2, t3, t4, t0Rule, t1Cause: detected?.cause ?? null };
}

/** The last read-back, once every fault has one. */
function clearedAt(faults: FaultInterval[]): Mark {
  const name = 't3';
  const open = faults.find((fault) => fault.endedAt === null);
  if (open !== undefined) return { name, at: null, missing: 'the fault is still on' };
  if (faults.length === 0) return { name, at: null, missing: 'no fault was armed' };
  const stuck = faults.find((fault) => fault.reverted === false);
  if (stuck !== undefined) {
    return { name, at: null, missing: `the fault was not reverted: ${stuck.readBack ?? 'no read-back'}` };
  }
  return { name, at: Math.max(...faults.map((fault) => fault.endedAt ?? 0)), missing: '' };
}

function firstOf(evidence: Evidence) {
  const effects = evidence.faults
    .map((fault) => firstEffect(fault, evidence.timeline))
    .filter((effect) => effect !== null);
  return effects.sort((a, b) => a.at - b.at)[0] ?? null;
}

/** The end of all conditions' breaks, held for the dwell; proven only as far as seconds are finished. */
function recoveredAt(evidence: Evidence, t3: number | null, t0: number | null): Mark {
  const name = 't4';
  if (t3 === null) return { name, at: null, missing: 'the fault is not cleared yet' };
  const { answers, breakers, queues, sagas, invariants, dwellMs, now } = evidence;
  const broken = merge(
    [answers, breakers, queues, sagas, invariants].flatMap((judged) => [...judged.broken, ...judged.unknown]),
  );
  const knownTo = (lastFinishedSecond(now) + 1) * 1000;
  const at = firstCalm(broken, Math.max(t3, t0 ?? t3), dwellMs, knownTo);
  return { name, at, missing: `not every condition has held for ${dwellMs / 1000} s yet` };
}

interface Detection {
  at: number;
  cause: string;
}

/** The first of: a breaker opened, the SLI was measurably below its band, a queue rose above its own. */
function detection(evidence: Evidence, t0: number, t4: number | null): Detection | null {
  const { timeline, answers, queueBands } = evidence;
  const opened = timeline.transitions
    .filter((moved) => moved.to === 'open')
    .map((moved) => ({ at: moved.at, cause: openedCause(moved) }));
  const left = answers.breaches
    .filter((breach) => breach.to > t0)
    .map((breach) => ({ at: Math.max(breach.knownAt, t0), cause: leftCause(breach, answers.detail) }));
  const rose = queueBands.flatMap((band) =>
    band.above.map(([from]) => ({ at: from, cause: `queue ${band.queue} rose above ${band.limit} ready` })),
  );
  const within = (found: Detection): boolean =>
    found.at >= t0 && found.at <= Math.min(t4 ?? evidence.now, evidence.now);
  return [...opened, ...left, ...rose].filter(within).sort((a, b) => a.at - b.at)[0] ?? null;
}

function openedCause(moved: Timeline['transitions'][number]): string {
  const why = moved.reason === '' ? '' : `: ${moved.reason}`;
  return `breaker ${moved.service} to ${moved.peer || moved.name} opened${why}`;
}

function leftCause(breach: Breach, detail: string): string {
  if (breach.share === null) return `no answers any more (${detail})`;
  return `only ${(breach.share * 100).toFixed(0)} % good (${detail})`;
}

/** The SLI back in band, for the dwell or until the fault ended, while the fault was on. */
function mitigatedAt(evidence: Evidence, t0: Mark, t1: Mark, t3: Mark): Mark {
  const name = 't2';
  if (t0.at === null) return { name, at: null, missing: t0.missing };
  const start = t0.at;
  const knownTo = (lastFinishedSecond(evidence.now) + 1) * 1000;
  const end = Math.min(t3.at ?? knownTo, knownTo);
  const hurt = evidence.answers.broken.filter(([from, to]) => to > start && from < end);
  const first = hurt[0];
  if (first === undefined)
    return { name, at: null, missing: 'answers never left their band under the fault' };
  const from = Math.max(first[1], t1.at ?? first[1]);
  const dwell = t3.at === null ? evidence.dwellMs : Math.max(0, Math.min(evidence.dwellMs, end - from));
  const at = from >= end ? null : firstCalm(evidence.answers.broken, from, dwell, end);
  return { name, at, missing: 'answers did not come back while the fault was on' };
}
