import type { BreakerSample, BreakerTransition, Timeline } from '@stormglass/agents/contract';
import { groupBy, upTo } from '../../live/instants.ts';
import { percent } from '../../ui/format.ts';

export type BreakerPhase = 'open' | 'half_open' | 'closed' | 'quiet' | 'unknown';

/** Calls of one second through a breaker. */
export interface BreakerSecond {
  /** Epoch seconds. */
  second: number;
  answered: number;
  failed: number;
  turnedAway: number;
}

/** A stretch of the history lane, epoch milliseconds. */
export interface StateSpan {
  from: number;
  to: number;
  state: BreakerSample['state'];
}

export interface BreakerCell {
  /** service|instance|name */
  key: string;
  service: string;
  instance: string;
  name: string;
  peer: string;
  state: BreakerSample['state'];
  phase: BreakerPhase;
  /** Age of the newest sample, ms; a stale breaker is drawn as unknown. */
  ageMs: number;
  /** The newest transition into open, if any in the window. */
  opening: BreakerTransition | null;
  /** Epoch ms since when it is in its present state; null when that is before the window. */
  since: number | null;
  /** Milliseconds until it probes, and the whole wait; null unless open. */
  remainingMs: number | null;
  waitMs: number | null;
  /** Turned away since it opened. */
  turnedAway: number;
  seconds: BreakerSecond[];
  /** Sums of `recentSeconds`. */
  answered: number;
  failed: number;
  history: StateSpan[];
  openings: number;
  threshold: number | null;
  volume: number | null;
  transitions: BreakerTransition[];
}

/** Without a sample for so long nobody knows the state. */
export const STALE_MS = 15_000;
/** The small figures of a cell cover this much. */
export const RECENT_SECONDS = 60;

const RANK: Record<BreakerPhase, number> = { open: 0, half_open: 1, unknown: 2, closed: 3, quiet: 4 };

function keyOf(row: { service: string; instance: string; name: string }): string {
  return `${row.service}|${row.instance}|${row.name}`;
}

function perSecond(samples: BreakerSample[]): BreakerSecond[] {
  const seconds = new Map<number, BreakerSecond>();
  for (const s of samples) {
    const second = Math.floor(s.at / 1000);
    const row = seconds.get(second) ?? { second, answered: 0, failed: 0, turnedAway: 0 };
    row.answered += s.success;
    row.failed += s.failure + s.timeout;
    row.turnedAway += s.rejected;
    seconds.set(second, row);
  }
  return [...seconds.values()];
}

function historyOf(
  samples: BreakerSample[],
  moves: BreakerTransition[],
  from: number,
  at: number,
): StateSpan[] {
  const first = samples[0];
  let state = moves[0]?.from ?? first?.state ?? null;
  if (state === null) return [];
  let start = Math.max(from, Math.min(first?.at ?? at, moves[0]?.at ?? at));
  const spans: StateSpan[] = [];
  for (const move of moves) {
    if (move.at > start) spans.push({ from: start, to: move.at, state });
    state = move.to;
    start = Math.max(start, move.at);
  }
  spans.push({ from: start, to: at, state });
  return spans;
}

function phaseOf(state: BreakerSample['state'], ageMs: number, calls: number): BreakerPhase {
  if (ageMs > STALE_MS) return 'unknown';
  if (state === 'open' || state === 'forced_open') return 'open';
  if (state === 'half_open') return 'half_open';
  return calls === 0 ? 'quiet' : 'closed';
}

function countdown(
  cell: { state: string; since: number | null },
  sample: BreakerSample | null,
  opening: BreakerTransition | null,
  at: number,
) {
  if (cell.state !== 'open' && cell.state !== 'forced_open') return { remainingMs: null, waitMs: null };
  const waitMs =
    cell.state === 'open' && opening && opening.resetTimeoutMs > 0 ? opening.resetTimeoutMs : null;
  if (opening && waitMs !== null) return { remainingMs: Math.max(0, opening.at + waitMs - at), waitMs };
  const left = sample?.resetRemainingMs ?? null;
  return { remainingMs: left === null || !sample ? null : Math.max(0, sample.at + left - at), waitMs };
}

function makeCell(
  key: string,
  samples: BreakerSample[],
  moves: BreakerTransition[],
  from: number,
  at: number,
): BreakerCell {
  const sample = samples.at(-1) ?? null;
  const move = moves.at(-1) ?? null;
  const anchor = move && (!sample || move.at >= sample.at) ? move : sample;
  const state = anchor === move && move ? move.to : (sample?.state ?? 'closed');
  const ageMs = at - Math.max(sample?.at ?? 0, move?.at ?? 0);
  const opening = moves.findLast((m) => m.to === 'open' || m.to === 'forced_open') ?? null;
  const seconds = perSecond(samples);
  const recent = seconds.filter((s) => s.second > at / 1000 - RECENT_SECONDS);
  const sum = (of: (s: BreakerSecond) => number, rows = recent) => rows.reduce((n, s) => n + of(s), 0);
  const answered = sum((s) => s.answered);
  const failed = sum((s) => s.failed);
  const since = move?.at ?? null;
  const openedSecond = Math.floor((opening?.at ?? at) / 1000);
  const about = sample ?? move;
  return {
    key,
    service: about?.service ?? '',
    instance: about?.instance ?? '',
    name: about?.name ?? '',
    peer: about?.peer ?? '',
    state,
    phase: phaseOf(state, ageMs, answered + failed + sum((s) => s.turnedAway)),
    ageMs,
    opening,
    since,
    ...countdown({ state, since }, sample, opening, at),
    turnedAway: sum(
      (s) => s.turnedAway,
      seconds.filter((s) => s.second >= openedSecond),
    ),
    seconds,
    answered,
    failed,
    history: historyOf(samples, moves, from, at),
    openings: moves.filter((m) => m.to === 'open' || m.to === 'forced_open').length,
    threshold: sample?.threshold ?? opening?.threshold ?? null,
    volume: sample?.volume ?? opening?.volume ?? null,
    transitions: moves,
  };
}

/**
 * The breakers as they were at `at` (epoch ms), most trouble first; within one class by name, so that the order is
 * stable while nothing changes.
 */
export function breakerCells(
  timeline: Pick<Timeline, 'breakers' | 'transitions'>,
  from: number,
  at: number,
): BreakerCell[] {
  const samples = groupBy(upTo(timeline.breakers, at), keyOf);
  const moves = groupBy(upTo(timeline.transitions, at), keyOf);
  const keys = new Set([...samples.keys(), ...moves.keys()]);
  return [...keys]
    .map((key) => makeCell(key, samples.get(key) ?? [], moves.get(key) ?? [], from, at))
    .sort((a, b) => RANK[a.phase] - RANK[b.phase] || title(a).localeCompare(title(b)));
}

/** `orders → payments`; the breaker's own name where the callee is unknown. */
export function title(cell: { service: string; peer: string; name: string }): string {
  return `${cell.service} → ${cell.peer === '' ? cell.name : cell.peer}`;
}

/**
 * Why it opened: counts, the limit, and where the limit acts. Two sentences, the first is the cause.
 */
export function whyItOpened(t: BreakerTransition): { cause: string; rule: string } {
  if (t.to === 'forced_open') {
    return { cause: 'Somebody forced it open.', rule: 'It goes back by itself, or with Reset counts.' };
  }
  if (t.from === 'half_open') {
    return {
      cause: 'The probe failed, so it opened again.',
      rule: `It tries again after ${t.resetTimeoutMs / 1000} s.`,
    };
  }
  if (t.windowCalls === 0) return { cause: t.reason === '' ? 'It gave no reason.' : t.reason, rule: '' };
  // Timeouts are among the failures; an agent that counts them apart is still read right when all timed out.
  const bad = t.windowFailures;
  const some = t.windowTimeouts > 0 && t.windowTimeouts < bad;
  const verb = t.windowTimeouts === bad ? 'timed out' : 'failed';
  const also = some ? `, ${t.windowTimeouts} of them by timeout` : '';
  const cause = `${bad} of ${t.windowCalls} calls ${verb} in ${t.windowSeconds} s: ${percent(bad / t.windowCalls)}${also}.`;
  return { cause, rule: `It opens above ${percent(t.threshold)} when there are at least ${t.volume} calls.` };
}

/** At which second it would have opened with another limit; null when it would not. Over recorded seconds. */
export function wouldOpenAt(cell: BreakerCell, threshold: number): number | null {
  const windowSeconds = cell.opening?.windowSeconds || 10;
  const volume = cell.opening?.volume || cell.volume || 1;
  const until = cell.opening ? cell.opening.at / 1000 + windowSeconds * 3 : Number.POSITIVE_INFINITY;
  for (const { second } of cell.seconds) {
    if (second > until) break;
    let bad = 0;
    let all = 0;
    for (const s of cell.seconds) {
      if (s.second > second - windowSeconds && s.second <= second) {
        bad += s.failed;
        all += s.failed + s.answered;
      }
    }
    if (all >= volume && bad / all > threshold) return second;
  }
  return null;
}

/** The seconds around the last opening (or the newest ones), one bar each, gaps filled with nothing. */
export function barsOf(cell: BreakerCell, at: number, count: number): BreakerSecond[] {
  const opened = cell.phase === 'open' || cell.phase === 'half_open' ? cell.opening : null;
  const end = Math.floor((opened ? Math.min(at, opened.at + 2000) : at) / 1000);
  const known = new Map(cell.seconds.map((s) => [s.second, s]));
  return Array.from({ length: count }, (_, i) => {
    const second = end - count + 1 + i;
    return known.get(second) ?? { second, answered: 0, failed: 0, turnedAway: 0 };
  });
}
