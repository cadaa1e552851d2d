import type { BreakerTransition } from '@stormglass/agents/contract';
import type { BreakerFinding, Opening } from '../contract/index.ts';
import { stateAt } from '../probes/index.ts';
import { ended, failed, isOver, type Limits, type Watched } from './watched.ts';

/** A window passes in ten parts, so it may be that much shorter than it says. */
const SHORTEST_WINDOW = 0.9;
/** Samples come each second, and a breaker looks at its window only when a call fails: later than this is late. */
export const LATE_MS = 2_500;

/** From when on, by its calls, it should have been open. */
interface Overdue {
  from: number;
  to: number;
  calls: number;
  failures: number;
}

/**
 * The stretches of samples in which it was closed, a call failed, and its window had left its limits, whichever part of
 * the window may already have passed. Only whole samples: what is said here is sure.
 */
function overdueStretches(watched: Watched, limits: Limits, windowMs: number): Overdue[] {
  const { samples } = watched;
  const first = samples[0]?.at ?? 0;
  const found: Overdue[] = [];
  let current: Overdue | null = null;
  for (const [index, sample] of samples.entries()) {
    const previous = samples[index - 1];
    if (previous === undefined || sample.at - windowMs < first) continue;
    const long = windowSum(watched, index, windowMs);
    const short = windowSum(watched, index, windowMs * SHORTEST_WINDOW);
    const enough = short.calls - ended(sample) >= limits.volume;
    const over = enough && [long, short].every(({ calls, failures }) => isOver(limits, calls, failures));
    if (!over || failed(sample) === 0 || !closedWithin(watched, previous.at, sample.at)) {
      if (!closedWithin(watched, previous.at, sample.at) || !over) current = null;
      continue;
    }
    if (current === null) {
      current = { from: sample.at, to: sample.at, ...long };
      found.push(current);
    }
    current.to = sample.at;
  }
  return found;
}

function windowSum({ samples }: Watched, last: number, windowMs: number) {
  const from = (samples[last]?.at ?? 0) - windowMs;
  let calls = 0;
  let failures = 0;
  for (let i = last; i >= 0; i--) {
    const sample = samples[i];
    if (sample === undefined || sample.at <= from) break;
    calls += ended(sample);
    failures += failed(sample);
  }
  return { calls, failures };
}

function closedWithin({ transitions, ...watched }: Watched, from: number, to: number): boolean {
  if (transitions.some(({ at }) => at > from && at <= to)) return false;
  const marks = transitions.map(({ at, to: state }) => ({ at, state }));
  // One which never moved says its state in its samples.
  const state = stateAt({ ...watched, marks }, to) ?? transitions[0]?.from;
  return (state ?? watched.samples.findLast(({ at }) => at <= to)?.state) === 'closed';
}

export interface Trips {
  openings: Opening[];
  findings: BreakerFinding[];
}

/** Each opening against its window, and the openings that did not come. `graceMs`: the longest call under way. */
export function judgeTrips(
  watched: Watched,
  limits: Limits | null,
  windowMs: number | null,
  graceMs: number,
): Trips {
  const overdue = limits === null || windowMs === null ? [] : overdueStretches(watched, limits, windowMs);
  const opened = watched.transitions.filter(
    ({ from, to }) => to === 'open' && (from === 'closed' || from === 'half_open'),
  );
  const openings = opened.map((moved) => openingOf(watched, moved, overdue, windowMs));
  return {
    openings,
    findings: [
      ...openings.flatMap((opening) => findingsOf(opening, LATE_MS + graceMs, opened)),
      ...missed(overdue, openings, LATE_MS + graceMs),
    ],
  };
}

function openingOf(
  watched: Watched,
  moved: BreakerTransition,
  overdue: Overdue[],
  windowMs: number | null,
): Opening {
  const { at, windowCalls: calls, windowFailures: failures, resetTimeoutMs, reason, traceId } = moved;
  const from = moved.from === 'half_open' ? 'half_open' : 'closed';
  const next = watched.transitions.find(
    (later) => later.at > at || (later.at === at && later.from === 'open'),
  );
  const since = overdue.findLast((stretch) => stretch.from <= at && at - stretch.to <= LATE_MS);
  const covered = windowMs !== null && (watched.samples[0]?.at ?? at) <= at - windowMs;
  const tripMs = from === 'half_open' || !covered ? null : since === undefined ? 0 : at - since.from;
  return {
    ...{ at, from, calls, failures, reason, traceId, tripMs },
    rightly: from === 'half_open' || isOver(moved, calls, failures),
    openMs: next?.to === 'half_open' ? next.at - at : null,
    resetMs: resetTimeoutMs,
  };
}

function findingsOf(opening: Opening, lateMs: number, moved: readonly BreakerTransition[]): BreakerFinding[] {
  const { at, calls, failures, tripMs, rightly } = opening;
  const own = moved.find((one) => one.at === at);
  const found: BreakerFinding[] = [];
  if (!rightly) {
    const limits = `${Math.round((own?.threshold ?? 0) * 100)} % of at least ${own?.volume ?? 0}`;
    const words = `${failures} of ${calls} calls in its window had failed; it may open above ${limits}`;
    found.push({ code: 'false_open', at, words });
  }
  if (tripMs !== null && tripMs > lateMs) {
    const words = `its calls had left the limits ${tripMs} ms before`;
    found.push({ code: 'late_trip', at, words });
  }
  return found;
}

function missed(overdue: Overdue[], openings: readonly Opening[], lateMs: number): BreakerFinding[] {
  return overdue.flatMap(({ from, to, calls, failures }): BreakerFinding[] => {
    const came = openings.some(({ at }) => at >= from && at <= to + lateMs);
    if (came || to - from <= lateMs) return [];
    const words = `${failures} of ${calls} calls in its window had failed, and calls failed for ${to - from} ms more`;
    return [{ code: 'missed_trip', at: from, words }];
  });
}
