import type { Condition, Run } from '../../contract/index.ts';
import { type Instant, instantsOf } from '../instants.ts';

export interface Stretch {
  from: number;
  to: number;
}

/** What the timeline draws, in epoch milliseconds; coordinates are the drawing's business. */
export interface Timeline extends Stretch {
  /** Where the seconds of the axis are counted from. */
  origin: number;
  flags: (Instant & { at: number })[];
  dimensions: (Stretch & { label: string; row: number })[];
  faults: (Stretch & { title: string; outcome: string })[];
  /** Share of good answers of a second. */
  good: { at: number; share: number }[];
  conditions: { id: Condition['id']; title: string; broken: Stretch[] }[];
}

/** How much is shown before the first effect and after recovery, as a share of what lies between. */
const MARGIN = 0.08;
const LEAST_MS = 5_000;

/** A run on one axis of time: from a little before the first effect to a little after recovery. */
export function timelineOf(run: Run): Timeline {
  const { recovery } = run;
  const last = run.endedAt ?? run.events.at(-1)?.at ?? run.startedAt;
  const flags = (recovery === null ? [] : instantsOf(recovery)).flatMap((one) =>
    one.at === null ? [] : [{ ...one, at: one.at }],
  );
  const first = flags[0]?.at ?? run.startedAt;
  const end = Math.max(last, flags.at(-1)?.at ?? last);
  const margin = Math.max(LEAST_MS / 5, (end - first) * MARGIN);
  const from = Math.max(Math.min(run.startedAt, first), first - margin);
  const to = Math.max(end, from + LEAST_MS);
  const within = (at: number): boolean => at >= from && at <= to;
  return {
    ...{ from, to, origin: run.startedAt, flags },
    dimensions: dimensionsOf(run),
    faults: faultsOf(run, to),
    good: (recovery?.sli ?? [])
      .filter(({ second, total }) => total > 0 && within(second * 1000))
      .map(({ second, good, total }) => ({ at: second * 1000, share: good / total })),
    conditions: (recovery?.conditions ?? []).map(({ id, title, broken }) => ({
      ...{ id, title },
      broken: broken.map(([a, b]) => ({ from: a, to: b })).filter((gap) => gap.to > from && gap.from < to),
    })),
  };
}

function dimensionsOf({ recovery }: Run): Timeline['dimensions'] {
  if (recovery === null) return [];
  const { t0, t1, t2, t3, t4 } = recovery;
  const rows: [string, number | null, number | null, number][] = [
    ['detect', t0, t1, 0],
    ['mitigate', t0, t2, 1],
    ['recover', t3, t4, 1],
    ['hurt to healthy', t0, t4, 2],
  ];
  return rows.flatMap(([words, from, to, row]) => {
    if (from === null || to === null || to < from) return [];
    return [{ from, to, row, label: `${words} ${((to - from) / 1000).toFixed(1)} s` }];
  });
}

function faultsOf({ events }: Run, end: number): Timeline['faults'] {
  return events.flatMap((event) => {
    if (event.type !== 'fault-armed') return [];
    const ended = events.find((other) => other.type === 'fault-ended' && other.faultId === event.faultId);
    const outcome = ended?.type === 'fault-ended' ? ended.readBack : 'its end is not known';
    return [{ from: event.at, to: ended?.at ?? end, title: event.title, outcome }];
  });
}

/** Round steps for an axis: at most so many of them. */
export function ticksOf({ from, to, origin }: Timeline, most: number): { at: number; label: string }[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
  const seconds = (to - from) / 1000;
  const step = (steps.find((one) => seconds / one <= most) ?? 7200) * 1000;
  const ticks: { at: number; label: string }[] = [];
  for (let at = origin + Math.ceil((from - origin) / step) * step; at <= to; at += step) {
    ticks.push({ at, label: `${Math.round((at - origin) / 1000)} s` });
  }
  return ticks;
}
