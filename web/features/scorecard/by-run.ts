import type { ChangeReport, InvariantReport, Timeline } from '@stormglass/agents/contract';
import type { Recovery } from '@stormglass/chaos/contract';
import { LIMITS, type ServiceRow, type SloRow, serviceRows } from './model.ts';

interface JudgedRun {
  id: string;
  title: string;
  startedAt: number;
  /** Null while it runs. */
  endedAt: number | null;
  recovery: Recovery | null;
}

export interface Trend {
  /** Oldest first. */
  points: { id: string; title: string; value: number; broken: boolean }[];
  /** What a point is. */
  what: string;
}

interface Measure {
  what: string;
  limit: number;
  value: (recovery: Recovery) => number | null;
}
const MEASURES: Readonly<Record<string, Measure>> = {
  mttr: { what: 'outage', limit: LIMITS.mttrMs, value: (r) => r.outage.value },
  blast: { what: 'services reached', limit: LIMITS.blastRadius, value: (r) => r.blastRadius.value },
};

/** Outage and reach of each measured run, oldest first; nothing is drawn of fewer than two. */
export function trendOf(id: string, runs: readonly JudgedRun[]): Trend | null {
  const of = MEASURES[id];
  if (!of) return null;
  const points = [...runs]
    .sort((a, b) => a.startedAt - b.startedAt)
    .flatMap((run) => {
      const value = run.recovery ? of.value(run.recovery) : null;
      return value === null ? [] : [{ id: run.id, title: run.title, value, broken: value > of.limit }];
    });
  return points.length < 2 ? null : { what: of.what, points };
}

/** How many times as fast as it may the least available service spends its budget of errors; null when unknown. */
export function burnRate(services: readonly ServiceRow[]): number | null {
  const all = services.flatMap(({ availability }) => (availability === null ? [] : [availability]));
  return all.length === 0 ? null : (1 - Math.min(...all)) / (1 - LIMITS.availability);
}

interface Facts {
  timeline: Pick<Timeline, 'traffic'>;
  /** What the page shows, epoch ms. */
  from: number;
  to: number;
  invariants: InvariantReport | null;
  changes: ChangeReport | null;
}

/** For each level that is broken by facts of an instant: whether one of them falls into a time. */
function breaks(id: string, facts: Facts): ((start: number, end: number) => boolean) | null {
  const within = (rows: readonly { at: number }[]) => (start: number, end: number) =>
    rows.some(({ at }) => at >= start && at <= end);
  switch (id) {
    case 'corruption':
      return within(facts.invariants?.violations ?? []);
    case 'changes':
      return within((facts.changes?.changes ?? []).filter(({ verdict }) => verdict === 'failed'));
    case 'p95':
    case 'availability':
      return (start, end) =>
        serviceRows(facts.timeline, start, end).some(
          (row) => (id === 'p95' ? row.p95Verdict : row.availabilityVerdict) === 'broken',
        );
    default:
      return null;
  }
}

/** The levels with the newest run, of those in the range, during which each was broken. */
export function withRuns(
  rows: readonly SloRow[],
  runs: readonly Omit<JudgedRun, 'recovery'>[],
  facts: Facts,
): SloRow[] {
  const newest = [...runs].sort((a, b) => b.startedAt - a.startedAt);
  return rows.map((row) => {
    const broke = breaks(row.id, facts);
    if (row.brokenBy !== null || broke === null) return row;
    const run = newest.find(({ startedAt, endedAt }) => {
      const [start, end] = [Math.max(facts.from, startedAt), Math.min(facts.to, endedAt ?? facts.to)];
      return start < end && broke(start, end);
    });
    return run ? { ...row, brokenBy: { id: run.id, title: run.title } } : row;
  });
}

/** How each level is reached, as a formula. */
export const FORMULAS: Readonly<Record<string, string>> = {
  p95: 'max over services of p95(duration of server spans)',
  availability: 'min over services of 1 - failed / calls; burn = (1 - availability) / (1 - 0.999)',
  mttr: 'mean over runs of t4 - t0',
  blast: 'max over runs of other services below their level',
  healthy: 'max over starts of healthy - started',
  synchronous: 'waiting calls / (waiting calls + messages), among services',
  chain: 'services in the longest path of calls that wait',
  corruption: 'violations told by an auditor',
  changes: 'new versions that broke a level / new versions judged',
  restart: 'failed calls to a service between its exit and its being healthy',
};
