import {
  countAbove,
  type FaultInterval,
  injectingService,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import type { Figure, FigurePoint, SliPoint } from '../contract/index.ts';
import { MIN_CALLS, pointsOf } from '../probes/index.ts';
import { type Band, judgeSeries, learnBand } from './band.ts';
import { count, known, percent, unknown, withPoints } from './figure.ts';
import { slowLimit } from './first-effect.ts';
import { clip, type Interval, length } from './intervals.ts';

/**
 * Requests not answered well while the SLI was below its band: the bad answers of those seconds, plus, where nothing
 * was answered at all, what the baseline's rate would have brought and no later answer made up for.
 */
export function lostRequests(points: SliPoint[], broken: Interval[], band: Band): Figure {
  const formula = 'sum over seconds below band of rate x (1 - good share)';
  let total = 0;
  let bad = 0;
  const raw: FigurePoint[] = [];
  for (const { second, good, total: calls } of points) {
    const at = second * 1000;
    if (!broken.some(([from, to]) => at >= from && at < to)) continue;
    total += calls;
    bad += calls - good;
    raw.push({ at, value: calls - good, what: `${good} of ${calls} good` });
  }
  const seconds = length(broken) / 1000;
  if (seconds === 0) return known(0, 'requests', formula, 'no second was below the band');
  const expected = band.perSecond * seconds;
  // Only half of what was expected: then it is an outage and not the chance of arrivals.
  const missing = total < expected / 2 ? expected - total : 0;
  const inputs = `${count(bad, 'bad answer')} of ${total} in ${count(seconds, 'second')} below band`;
  if (missing === 0) return withPoints(known(bad, 'requests', formula, inputs), raw);
  const more = `${missing.toFixed(1)} never answered (${band.perSecond.toFixed(1)}/s in the baseline)`;
  return withPoints(known(bad + missing, 'requests', formula, `${inputs}, ${more}`), [
    { at: null, value: missing, what: 'never answered' },
    ...raw,
  ]);
}

/** A service which left its band, and when it first did. */
export interface Affected {
  service: string;
  /** Epoch ms. */
  at: number;
}

/** Services other than the faults' targets which left their own band between `from` and `to`. */
export function affectedServices(
  timeline: Timeline,
  faults: FaultInterval[],
  baselineFrom: number,
  from: number,
  to: number,
): Affected[] {
  const targets = new Set(faults.map((fault) => injectingService(fault.spec.target)));
  // Once for all services: a filter for each of them is what a recovery would mostly wait for.
  const served = new Map<string, TrafficCell[]>();
  for (const cell of timeline.traffic) {
    if (cell.kind !== 'server' || targets.has(cell.service)) continue;
    const cells = served.get(cell.service);
    if (cells === undefined) served.set(cell.service, [cell]);
    else cells.push(cell);
  }
  return [...served.keys()].sort().flatMap((service) => {
    const at = breached(served.get(service) ?? [], baselineFrom, from, to);
    return at === null ? [] : [{ service, at }];
  });
}

/**
 * When a service with these cells first left its band, or null. Same band rule as for the SLI; bad = an error, or slower
 * than max(500 ms, 3 x its baseline p95).
 */
function breached(cells: TrafficCell[], baselineFrom: number, from: number, to: number): number | null {
  const start = Math.floor(baselineFrom / 1000);
  const split = Math.floor(from / 1000);
  const limit = slowLimit(cells.filter((cell) => cell.second >= start && cell.second < split));
  const points = pointsOf(cells, start, Math.floor(to / 1000) - 1, (cell) =>
    Math.max(0, cell.calls - cell.errors - countAbove(cell.durations, limit)),
  );
  const baseline = points.slice(0, Math.max(0, split - start));
  const band = learnBand(baseline);
  if (band.calls < MIN_CALLS) return null;
  const breaches = judgeSeries(points, band).breaches.filter((breach) => breach.share !== null);
  const within = clip(
    breaches.map((b): Interval => [b.from, b.to]),
    from,
    to,
  );
  return within[0]?.[0] ?? null;
}

export function blastRadius(affected: Affected[], targets: string[], effect: boolean): Figure {
  const formula = 'services besides the target which left their band from t0 to t4';
  if (!effect) return unknown('services', formula, 'no effect of the fault was seen');
  const who = affected.length === 0 ? 'none' : affected.map(({ service }) => service).join(', ');
  const inputs = `${who}; target ${targets.join(', ')} left out`;
  return withPoints(
    known(affected.length, 'services', formula, inputs),
    affected.map(({ service, at }) => ({ at, value: 1, what: service })),
  );
}

/** Calls with a receipt among all calls that services answered. */
export function receiptShare(timeline: Timeline, from: number, to: number): Figure {
  const formula = 'calls with a receipt / calls served, t0 to t4';
  let marked = 0;
  let served = 0;
  const byService = new Map<string, number>();
  for (const cell of timeline.traffic) {
    if (cell.second < Math.floor(from / 1000) || cell.second * 1000 >= to) continue;
    if (cell.kind === 'server') served += cell.calls;
    if (cell.receipts === 0 || (cell.kind !== 'server' && cell.kind !== 'client')) continue;
    marked += cell.receipts;
    byService.set(cell.service, (byService.get(cell.service) ?? 0) + cell.receipts);
  }
  if (served === 0) return unknown('share', formula, 'no call was served in that time');
  const share = Math.min(1, marked / served);
  const inputs = `${marked} of ${served} calls, ${percent(share)}`;
  return withPoints(
    known(share, 'share', formula, inputs),
    [...byService].map(([service, n]) => ({ at: null, value: n / served, what: `${n} on ${service}` })),
  );
}
