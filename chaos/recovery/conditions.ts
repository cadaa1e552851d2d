import type { QueueSample, Timeline } from '@stormglass/agents/contract';
import type { Condition, SliPoint, SliQuery } from '../contract/index.ts';
import { type BreakerLine, breakerLines, stateAt } from '../probes/index.ts';
import { type Band, type Breach, describeBand, judgeSeries } from './band.ts';
import { clip, type Interval, merge } from './intervals.ts';
import { lateInterval, SAGA_DEADLINE_MS, sagaTimes } from './saga-times.ts';

/** A condition before it is cut to what a report shows: `unknown` is time in which nothing could be proven. */
export interface Judged {
  id: Condition['id'];
  title: string;
  broken: Interval[];
  unknown: Interval[];
  detail: string;
}

/** The range in which conditions count: from the first fault on. Epoch ms. */
export interface Span {
  from: number;
  to: number;
}

/** The condition as the contract has it; `range.to` is now. */
export function conditionOf(judged: Judged, range: Span): Condition {
  const broken = clip(judged.broken, range.from, range.to);
  const last = merge([...broken, ...clip(judged.unknown, range.from, range.to)]).at(-1);
  const since = last === undefined ? range.from : last[1] >= range.to ? null : last[1];
  return { id: judged.id, title: judged.title, broken, since, detail: judged.detail };
}

/** Good answers of the run's service level against the band of the baseline. */
export function answersInBand(
  query: SliQuery,
  points: SliPoint[],
  band: Band,
): Judged & { breaches: Breach[] } {
  const verdict = judgeSeries(points, band);
  return {
    id: 'answers_in_band',
    title: 'Answers are back in band',
    ...verdict,
    detail: `${query.operation ?? 'all operations'} of ${query.service}: ${describeBand(band)}`,
  };
}

/** Every breaker closed. One which was not closed before the fault (somebody forced it) cannot recover from it. */
export function breakersClosed(timeline: Timeline, range: Span): Judged {
  const broken: Interval[] = [];
  const names: string[] = [];
  for (const line of breakerLines(timeline)) {
    if ((stateAt(line, range.from) ?? 'closed') !== 'closed') continue;
    const away = awayFromClosed(line, range);
    if (away.length > 0) names.push(`${line.service} to ${line.peer || line.name}`);
    broken.push(...away);
  }
  const detail = names.length === 0 ? 'no breaker left closed' : `left closed: ${unique(names).join(', ')}`;
  return {
    id: 'breakers_closed',
    title: 'Breakers are closed',
    broken: merge(broken),
    unknown: [],
    detail,
  };
}

function awayFromClosed(line: BreakerLine, range: Span): Interval[] {
  const marks = line.marks.filter((mark) => mark.at <= range.to);
  const away = marks.flatMap((mark, index): Interval[] =>
    mark.state === 'closed' || mark.state === 'disabled' ? [] : [[mark.at, marks[index + 1]?.at ?? range.to]],
  );
  return clip(merge(away), range.from, range.to);
}

/** Where one queue stood above what is usual for it. */
export interface QueueBand {
  queue: string;
  /** Messages ready at most: twice the median of the baseline, and five. */
  limit: number;
  /** Samples of the baseline that the limit was learned from. */
  learnedFrom: number;
  samples: QueueSample[];
  above: Interval[];
}

/** The band of every queue; a sample holds until the next one. */
export function queueBands(timeline: Timeline, range: Span): QueueBand[] {
  const byQueue = Map.groupBy(timeline.queues, (sample) => sample.queue);
  return [...byQueue].map(([queue, unsorted]) => {
    const samples = unsorted.sort((a, b) => a.at - b.at).filter((sample) => sample.at <= range.to);
    const before = samples.filter((sample) => sample.at < range.from).map((sample) => sample.ready);
    const limit = 2 * median(before) + 5;
    const above = samples.flatMap((sample, index): Interval[] =>
      sample.ready > limit ? [[sample.at, samples[index + 1]?.at ?? range.to]] : [],
    );
    return {
      queue,
      limit,
      learnedFrom: before.length,
      samples,
      above: clip(merge(above), range.from, range.to),
    };
  });
}

export function queuesAtBaseline(bands: QueueBand[]): Judged {
  const detail =
    bands.length === 0
      ? 'no queue is observed'
      : bands.map((band) => `${band.queue}: at most ${band.limit} ready`).join(', ');
  return {
    id: 'queues_at_baseline',
    title: 'Queues are at their baseline',
    broken: merge(bands.flatMap((band) => band.above)),
    unknown: [],
    detail,
  };
}

/** No saga past its deadline, those left out that were late already before the fault. */
export function sagasInTime(timeline: Timeline, range: Span): Judged {
  const late = sagaTimes(timeline.sagas)
    .filter((saga) => saga.startedAt <= range.to)
    .map((saga) => lateInterval(saga, range.to))
    .filter((interval) => interval !== null && interval[0] >= range.from)
    .filter((interval) => interval !== null);
  return {
    id: 'sagas_in_time',
    title: 'Sagas end in time',
    broken: merge(late),
    unknown: [],
    detail:
      late.length === 0
        ? 'no saga was late'
        : `${late.length} sagas were past their deadline of ${SAGA_DEADLINE_MS / 1000} s`,
  };
}

/**
 * No invariant that an auditor checks is violated. One that was violated before the fault is none of its doing; `pending`
 * is how it is whenever orders are in flight, and breaks nothing.
 */
export function invariantsHold(timeline: Timeline, range: Span): Judged & { violated: string[] } {
  const broken: Interval[] = [];
  const names: string[] = [];
  const byId = Map.groupBy(timeline.invariants, (sample) => `${sample.service}|${sample.id}`);
  for (const unsorted of byId.values()) {
    const samples = unsorted.sort((a, b) => a.at - b.at).filter((sample) => sample.at <= range.to);
    if (samples.findLast((sample) => sample.at < range.from)?.status === 'violated') continue;
    const violated = samples.flatMap((sample, index): Interval[] =>
      sample.status === 'violated' ? [[sample.at, samples[index + 1]?.at ?? range.to]] : [],
    );
    const within = clip(merge(violated), range.from, range.to);
    if (within.length > 0) names.push(samples[0]?.id ?? '');
    broken.push(...within);
  }
  const said = names.length === 0 ? 'no invariant was violated' : `violated: ${names.join(', ')}`;
  return {
    id: 'invariants_hold',
    title: 'Invariants hold',
    broken: merge(broken),
    unknown: [],
    detail: byId.size === 0 ? 'no auditor reports' : said,
    violated: unique(names),
  };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
