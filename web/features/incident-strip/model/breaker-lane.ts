import type { BreakerState, BreakerTransition, FaultInterval, Timeline } from '@stormglass/agents/contract';
import { breakerCount, breakerId, breakersAt, breakerTrouble } from '../../../live/figures.ts';
import { groupBy } from '../../../live/instants.ts';
import type { Axis } from './axis.ts';

export interface BreakerSegment {
  state: BreakerState;
  from: number;
  to: number;
  /** It moved while a fault was on: drawn in full; natural trouble recedes. */
  chaos: boolean;
}

export interface BreakerRow {
  id: string;
  service: string;
  peer: string;
  segments: BreakerSegment[];
  /** When an open breaker will probe, epoch ms. */
  nextTryAt: number | null;
}

/** Chaos outlives its fault in a breaker: an opening this long after the end still counts as done on purpose. */
const AFTERMATH_MS = 5_000;

function duringChaos(at: number, faults: readonly FaultInterval[]): boolean {
  return faults.some((f) => f.armedAt <= at && (f.endedAt ?? Number.POSITIVE_INFINITY) + AFTERMATH_MS >= at);
}

/** A row stands for all instances of a breaker: it is as troubled as the most troubled of them. */
function mostTroubled(states: Iterable<BreakerState>): BreakerState {
  let worst: BreakerState = 'closed';
  for (const state of states) if (breakerTrouble(state) > breakerTrouble(worst)) worst = state;
  return worst;
}

function segmentsOf(
  moves: readonly BreakerTransition[],
  axis: Axis,
  faults: readonly FaultInterval[],
): BreakerSegment[] {
  const segments: BreakerSegment[] = [];
  const instances = new Map<string, BreakerState>();
  for (const move of moves) if (!instances.has(move.instance)) instances.set(move.instance, move.from);
  let state = mostTroubled(instances.values());
  let since = axis.from;
  let chaos = false;
  for (const move of moves) {
    if (move.at > axis.now) break;
    instances.set(move.instance, move.to);
    const next = mostTroubled(instances.values());
    if (next === state) continue;
    if (move.at > since) segments.push({ state, from: since, to: move.at, chaos });
    // A probe or a close belongs to the trouble that opened it.
    chaos = next === 'open' && state === 'closed' ? duringChaos(move.at, faults) : chaos;
    state = next;
    since = Math.max(axis.from, move.at);
  }
  if (axis.now > since) segments.push({ state, from: since, to: axis.now, chaos });
  return segments;
}

/** A pause of samples longer than this is a time nobody knows about, milliseconds. */
const MAX_SILENCE_MS = 6_000;

/** The intervals [from, to] in which breakers reported: only there may a line say that they were closed. */
function reported(timeline: Timeline, axis: Axis): (readonly [number, number])[] {
  const out: [number, number][] = [];
  for (const { at } of timeline.breakers) {
    if (at < axis.from - MAX_SILENCE_MS || at > axis.now) continue;
    const last = out.at(-1);
    if (last && at - last[1] <= MAX_SILENCE_MS) last[1] = at;
    else out.push([at, at]);
  }
  const last = out.at(-1);
  // The newest sample speaks for the second after it.
  if (last && axis.now - last[1] <= MAX_SILENCE_MS) last[1] = axis.now;
  return out;
}

/** The breakers which moved within the axis, the longest open first; how many there are in all, and when they reported. */
export function breakerRows(
  timeline: Timeline,
  axis: Axis,
): { rows: BreakerRow[]; total: number; reported: (readonly [number, number])[] } {
  const views = breakersAt(timeline, axis.now);
  const moves = groupBy(timeline.transitions, breakerId);
  const rows: (BreakerRow & { trouble: number })[] = [];
  for (const [id, list] of moves) {
    if (!list.some((m) => m.at >= axis.from && m.at <= axis.now)) continue;
    const first = list[0];
    if (!first) continue;
    const segments = segmentsOf(list, axis, timeline.faults);
    const trouble = segments.reduce((sum, s) => sum + (s.state === 'closed' ? 0 : s.to - s.from), 0);
    const nextTryAt = views.get(id)?.nextTryAt ?? null;
    rows.push({ id, service: first.service, peer: first.peer, segments, nextTryAt, trouble });
  }
  rows.sort((a, b) => b.trouble - a.trouble);
  return {
    rows,
    total: breakerCount(timeline, axis.now).breakers,
    reported: reported(timeline, axis),
  };
}
