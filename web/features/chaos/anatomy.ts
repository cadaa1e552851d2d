import type { BreakerState, BreakerTransition, QueueSample, Timeline } from '@stormglass/agents/contract';
import type { Condition, Recovery, Run } from '@stormglass/chaos/contract';
import { durationText } from '../../ui/format.ts';
import { lastToHold } from './conditions.ts';

export interface Flag {
  id: 't0' | 't1' | 't2' | 't3' | 't4';
  at: number;
  words: string;
}

export interface Dimension {
  from: number;
  to: number;
  label: string;
  row: number;
}

export interface Stretch {
  from: number;
  to: number;
}

export interface BreakerLane {
  title: string;
  spans: (Stretch & { state: BreakerState })[];
}

export interface ConditionLane {
  id: Condition['id'];
  title: string;
  broken: Stretch[];
  /** The last one to become true: what t4 waited for. */
  last: boolean;
  since: number | null;
}

/** Everything the recovery anatomy draws, in epoch ms; coordinates are the drawing's business. */
export interface Anatomy {
  from: number;
  to: number;
  flags: Flag[];
  dimensions: Dimension[];
  faults: (Stretch & { title: string; endKnown: boolean; readBack: string })[];
  breakers: BreakerLane[];
  queue: { name: string; points: { at: number; depth: number }[]; peak: number; peakAt: number } | null;
  bucketSeconds: number;
  sagas: { second: number; confirmed: number; undone: number }[];
  /** Share of good answers a second; null without a call. */
  good: { second: number; share: number | null; total: number }[];
  conditions: ConditionLane[];
}

const CONDITION_ORDER: Condition['id'][] = [
  'answers_in_band',
  'breakers_closed',
  'queues_at_baseline',
  'sagas_in_time',
];

/** The range of the drawing: a little before the first hurt call to a little after recovery. */
export function anatomyRange(run: Pick<Run, 'startedAt' | 'endedAt' | 'recovery'>, now: number): Stretch {
  const r = run.recovery;
  const end = run.endedAt ?? now;
  const t0 = r?.t0 ?? null;
  const length = Math.max(10_000, (r?.t4 ?? end) - (t0 ?? run.startedAt));
  const from = t0 === null ? run.startedAt : Math.max(run.startedAt, t0 - length * 0.08);
  const to = r?.t4 == null ? end : Math.min(Math.max(end, r.t4 + 1000), r.t4 + length * 0.14);
  return { from, to: Math.max(to, from + 5_000) };
}

function flagsOf(r: Recovery): Flag[] {
  const words: Record<Flag['id'], string> = {
    t0: 'first call hurt',
    t1: 'noticed',
    t2: 'answers good again',
    t3: 'fault gone, read back',
    t4: 'recovered',
  };
  const ids: Flag['id'][] = ['t0', 't1', 't2', 't3', 't4'];
  return ids.flatMap((id) => (r[id] === null ? [] : [{ id, at: r[id], words: words[id] }]));
}

function dimensionsOf(r: Recovery): Dimension[] {
  const rows: Dimension[] = [];
  const add = (from: number | null, to: number | null, words: string, row: number) => {
    if (from !== null && to !== null && to >= from) {
      rows.push({ from, to, label: `${words} ${durationText(to - from)}`, row });
    }
  };
  add(r.t0, r.t1, 'detect', 0);
  add(r.t0, r.t2, 'mitigate', 1);
  add(r.t3, r.t4, 'recover', 1);
  add(r.t0, r.t4, 'hurt to healthy', 2);
  return rows;
}

function laneOf(moves: BreakerTransition[], from: number, to: number): BreakerLane['spans'] {
  const spans: BreakerLane['spans'] = [];
  let state: BreakerState = moves[0]?.from ?? 'closed';
  let at = from;
  for (const move of moves) {
    if (move.at > at) spans.push({ from: at, to: Math.min(move.at, to), state });
    state = move.to;
    at = Math.max(at, move.at);
  }
  if (to > at) spans.push({ from: at, to, state });
  return spans;
}

/** The breakers that moved in the range, the first to open first; at most three. */
function breakersOf(timeline: Timeline, from: number, to: number): BreakerLane[] {
  const groups = new Map<string, BreakerTransition[]>();
  const inRange = timeline.transitions.filter((t) => t.at >= from && t.at <= to);
  for (const t of inRange.sort((a, b) => a.at - b.at)) {
    const key = `${t.service}|${t.instance}|${t.name}`;
    groups.set(key, [...(groups.get(key) ?? []), t]);
  }
  return [...groups.values()].slice(0, 3).map((moves) => ({
    title: `${moves[0]?.service} → ${moves[0]?.peer || moves[0]?.name}`,
    spans: laneOf(moves, from, to),
  }));
}

function depth(s: QueueSample): number {
  return s.ready + s.delayed + (s.inFlight ?? 0);
}

/** The queue that rose most. */
function queueOf(timeline: Timeline, from: number, to: number): Anatomy['queue'] {
  const groups = new Map<string, { at: number; depth: number }[]>();
  for (const s of timeline.queues) {
    if (s.at < from - 2000 || s.at > to) continue;
    const points = groups.get(s.queue) ?? [];
    points.push({ at: s.at, depth: depth(s) });
    groups.set(s.queue, points);
  }
  let best: Anatomy['queue'] = null;
  for (const [name, points] of groups) {
    const top = points.reduce((a, b) => (b.depth > a.depth ? b : a));
    if (!best || top.depth > best.peak) best = { name, points, peak: top.depth, peakAt: top.at };
  }
  best?.points.sort((a, b) => a.at - b.at);
  return best;
}

function sagasOf(timeline: Timeline, from: number, to: number, step: number): Anatomy['sagas'] {
  const first = Math.ceil(from / 1000 / step) * step;
  const buckets = new Map<number, Anatomy['sagas'][number]>();
  for (let second = first; second * 1000 < to; second += step) {
    buckets.set(second, { second, confirmed: 0, undone: 0 });
  }
  for (const e of timeline.sagas) {
    if (e.event !== 'completed') continue;
    const bucket = buckets.get(Math.floor(e.at / 1000 / step) * step);
    if (!bucket) continue;
    if (e.outcome === 'confirmed') bucket.confirmed += 1;
    else bucket.undone += 1;
  }
  return [...buckets.values()];
}

function conditionsOf(r: Recovery): ConditionLane[] {
  const last = lastToHold(r);
  const rank = (id: Condition['id']) => CONDITION_ORDER.indexOf(id);
  return [...r.conditions]
    .sort((a, b) => rank(a.id) - rank(b.id))
    .map((c) => ({
      id: c.id,
      title: c.title,
      broken: c.broken.map(([from, to]) => ({ from, to })),
      last: last?.id === c.id,
      since: last?.id === c.id ? last.at : c.since,
    }));
}

/** A run on one time axis, from what was recorded in its range. */
export function anatomyOf(run: Run, timeline: Timeline, now: number): Anatomy {
  const { from, to } = anatomyRange(run, now);
  const r = run.recovery;
  const bucketSeconds = Math.max(1, Math.ceil((to - from) / 1000 / 70));
  const faults = timeline.faults.filter((f) => f.runId === run.id);
  const titles = new Map(
    run.events.flatMap((e) => (e.type === 'fault-armed' ? [[e.faultId, e.title] as const] : [])),
  );
  return {
    from,
    to,
    flags: r ? flagsOf(r) : [],
    dimensions: r ? dimensionsOf(r) : [],
    faults: faults.map((f) => ({
      from: f.firstEffectAt ?? f.armedAt,
      to: f.endedAt ?? to,
      title: titles.get(f.faultId) ?? f.faultId,
      endKnown: f.endedAt !== null,
      readBack: f.readBack ?? '',
    })),
    breakers: breakersOf(timeline, from, to),
    queue: queueOf(timeline, from, to),
    bucketSeconds,
    sagas: sagasOf(timeline, from, to, bucketSeconds),
    good: (r?.sli ?? [])
      .filter((p) => p.second * 1000 >= from && p.second * 1000 < to)
      .map((p) => ({
        second: p.second,
        share: p.total === 0 ? null : p.good / p.total,
        total: p.total,
      })),
    conditions: r ? conditionsOf(r) : [],
  };
}
