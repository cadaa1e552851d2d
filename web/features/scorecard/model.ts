import { mergeSketches, quantile, SERVICE_LEVELS, type Timeline } from '@stormglass/agents/contract';
import type { Run, RunSummary } from '@stormglass/chaos/contract';

export type SloVerdict = 'holds' | 'broken' | 'unknown';

export interface SloRow {
  id: string;
  title: string;
  limit: string;
  value: string;
  verdict: SloVerdict;
  /** What the value was made from, or why there is none. */
  basis: string;
  /** 0..1 of the error budget that is spent; null where there is none. */
  spent: number | null;
  /** The run that last broke it. */
  brokenBy: { id: string; title: string } | null;
}

export interface ServiceRow {
  service: string;
  calls: number;
  errors: number;
  availability: number | null;
  p95: number | null;
  /** Calls that carry a fault's receipt. */
  receipts: number;
  availabilityVerdict: SloVerdict;
  p95Verdict: SloVerdict;
}

export const LIMITS = { ...SERVICE_LEVELS, mttrMs: 30 * 60_000, blastRadius: 1 } as const;

function judge(value: number | null, holds: (v: number) => boolean): SloVerdict {
  return value === null ? 'unknown' : holds(value) ? 'holds' : 'broken';
}

/** Each service as it served its callers in [from, to), epoch ms. Services that are not under test are left out. */
export function serviceRows(timeline: Pick<Timeline, 'traffic'>, from: number, to: number): ServiceRow[] {
  const groups = new Map<
    string,
    { calls: number; errors: number; receipts: number; sketches: [number, number][][] }
  >();
  for (const c of timeline.traffic) {
    if (c.kind !== 'server' || c.second * 1000 < from || c.second * 1000 >= to) continue;
    const g = groups.get(c.service) ?? { calls: 0, errors: 0, receipts: 0, sketches: [] };
    g.calls += c.calls;
    g.errors += c.errors;
    g.receipts += c.receipts;
    g.sketches.push(c.durations);
    groups.set(c.service, g);
  }
  return [...groups]
    .map(([service, g]) => {
      const enough = g.calls >= LIMITS.fewestCalls;
      const availability = enough ? 1 - g.errors / g.calls : null;
      const p95 = enough ? quantile(mergeSketches(g.sketches), 0.95) : null;
      return {
        service,
        calls: g.calls,
        errors: g.errors,
        availability,
        p95,
        receipts: g.receipts,
        availabilityVerdict: judge(availability, (v) => v > LIMITS.availability),
        p95Verdict: judge(p95, (v) => v < LIMITS.p95Ms),
      };
    })
    .sort((a, b) => trouble(b) - trouble(a) || a.service.localeCompare(b.service));
}

const trouble = (r: ServiceRow) =>
  Number(r.availabilityVerdict === 'broken') + Number(r.p95Verdict === 'broken');

function worst<T>(rows: T[], of: (row: T) => number | null, sign: 1 | -1): T | null {
  let best: T | null = null;
  for (const row of rows) {
    const value = of(row);
    if (value === null) continue;
    const before = best === null ? null : of(best);
    if (before === null || (value - before) * sign > 0) best = row;
  }
  return best;
}

type MeasuredRun = Pick<Run, 'id' | 'recovery' | 'startedAt'> & { title: string };

function latestBreaking(runs: MeasuredRun[], breaks: (run: MeasuredRun) => boolean): SloRow['brokenBy'] {
  const found = [...runs].sort((a, b) => b.startedAt - a.startedAt).find(breaks);
  return found ? { id: found.id, title: found.title } : null;
}

function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

interface Words {
  duration: (ms: number) => string;
  percent: (share: number) => string;
}

function latencyRow(rows: ServiceRow[], words: Words): SloRow {
  const slowest = worst(rows, (r) => r.p95, 1);
  return {
    id: 'p95',
    title: 'p95 of every service',
    limit: 'below 500 ms',
    value: slowest?.p95 == null ? 'unknown' : words.duration(slowest.p95),
    verdict: judge(slowest?.p95 ?? null, (v) => v < LIMITS.p95Ms),
    basis: slowest
      ? `slowest: ${slowest.service}, ${slowest.calls} calls`
      : `no service with ${LIMITS.fewestCalls} calls in the range`,
    spent: null,
    brokenBy: null,
  };
}

function availabilityRow(rows: ServiceRow[], words: Words): SloRow {
  const least = worst(rows, (r) => r.availability, -1);
  const value = least?.availability ?? null;
  return {
    id: 'availability',
    title: 'Availability of every service',
    limit: 'above 99.9 %',
    value: value === null ? 'unknown' : words.percent(value),
    verdict: judge(value, (v) => v > LIMITS.availability),
    basis: least
      ? `least: ${least.service}, ${least.errors} of ${least.calls} failed`
      : `no service with ${LIMITS.fewestCalls} calls in the range`,
    spent: value === null ? null : Math.min(1, (1 - value) / (1 - LIMITS.availability)),
    brokenBy: null,
  };
}

function mttrRow(runs: MeasuredRun[], words: Words): SloRow {
  const outages = runs.flatMap((r) => (r.recovery?.outage.value == null ? [] : [r.recovery.outage.value]));
  const unrecovered = runs.filter(
    (r) => r.recovery && r.recovery.t0 !== null && r.recovery.t4 === null,
  ).length;
  const value = mean(outages);
  return {
    id: 'mttr',
    title: 'Mean time to recovery',
    limit: 'below 30 min',
    value: value === null ? 'unknown' : words.duration(value),
    verdict: unrecovered > 0 ? 'broken' : judge(value, (v) => v < LIMITS.mttrMs),
    basis:
      unrecovered > 0
        ? `${unrecovered} of ${runs.length} runs never recovered`
        : value === null
          ? 'no run has measured a recovery yet'
          : `mean of ${outages.length} measured ${outages.length === 1 ? 'outage' : 'outages'} (t4 − t0)`,
    spent: value === null ? null : Math.min(1, value / LIMITS.mttrMs),
    brokenBy: latestBreaking(runs, (r) => r.recovery?.t0 != null && r.recovery.t4 === null),
  };
}

function blastRow(runs: MeasuredRun[]): SloRow {
  const measured = runs.filter((r) => r.recovery?.blastRadius.value != null);
  const widest = worst(measured, (r) => r.recovery?.blastRadius.value ?? null, 1);
  const value = widest?.recovery?.blastRadius.value ?? null;
  return {
    id: 'blast',
    title: 'Reach of a failure',
    limit: 'at most 1 other service',
    value: value === null ? 'unknown' : String(value),
    verdict: judge(value, (v) => v <= LIMITS.blastRadius),
    basis: widest
      ? `widest of ${measured.length} ${measured.length === 1 ? 'run' : 'runs'}: ${widest.title}`
      : 'no run has measured it yet',
    spent: null,
    brokenBy: latestBreaking(measured, (r) => (r.recovery?.blastRadius.value ?? 0) > LIMITS.blastRadius),
  };
}

/** The service levels, each with value, verdict and what it was made from. Unknown stays unknown. */
export function scorecard(services: ServiceRow[], runs: MeasuredRun[], words: Words): SloRow[] {
  return [
    latencyRow(services, words),
    availabilityRow(services, words),
    mttrRow(runs, words),
    blastRow(runs),
  ];
}

/** The runs worth fetching whole: those that ended with a measurement, newest first. */
export function runsToMeasure(runs: RunSummary[], most: number): RunSummary[] {
  const measured = new Set(['passed', 'deviated', 'degraded-recovered', 'aborted', 'revert-failed']);
  return runs.filter((r) => r.verdict !== null && measured.has(r.verdict)).slice(0, most);
}
