import type { Timeline } from '@stormglass/agents/contract';
import {
  type BreakerView,
  breakerCount,
  breakersAt,
  breakerTrouble,
  cellsBefore,
  faultsAt,
  type QueueView,
  queuesAt,
  totalFigures,
} from '../../../live/figures.ts';
import { clock, count, countdown, durationText, percent, plural, rateText } from '../../../ui/format.ts';
import { breakerHue, breakerWord, type StateHue } from '../../../ui/state.ts';

/** One line of the right column: a value in its hue, then words. */
export interface ValueLine {
  lane: 'faults' | 'breakers' | 'queues' | 'sagas' | 'errors' | 'deploys';
  value: string;
  hue: StateHue;
  words: string;
}

const WINDOW_S = 10;

function faultLines(timeline: Timeline, at: number): ValueLine[] {
  const armed = faultsAt(timeline, at);
  const first = armed[0];
  if (first) {
    const over = at >= first.expiresAt;
    const words = over ? ', ending' : `, ${countdown(first.expiresAt - at)} left`;
    return [{ lane: 'faults', value: `${armed.length} armed`, hue: 'fault', words }];
  }
  const last = timeline.faults.findLast((f) => f.endedAt !== null && f.endedAt <= at);
  return [
    {
      lane: 'faults',
      value: 'none',
      hue: 'neutral',
      words: last?.endedAt ? `, ended ${clock(last.endedAt)}` : '',
    },
  ];
}

/** No breaker is in trouble, as far as those say that still report. */
function calmBreakers(timeline: Timeline, at: number, all: readonly BreakerView[]): ValueLine {
  const { breakers: known } = breakerCount(timeline, at);
  const silent = known - all.filter((b) => b.sampleAgeMs !== null).length;
  const line = { lane: 'breakers', hue: 'neutral' } as const;
  if (known === 0) return { ...line, value: 'none', words: ' seen' };
  if (silent === 0) return { ...line, value: plural(known, 'breaker'), words: ', all closed' };
  if (silent === known) return { ...line, hue: 'unknown', value: 'unknown', words: `, all ${known} silent` };
  return { ...line, value: `${known - silent} closed`, words: `, ${silent} silent` };
}

function breakerLines(timeline: Timeline, at: number): ValueLine[] {
  const all = [...breakersAt(timeline, at).values()];
  const troubled = all
    .filter((b) => breakerTrouble(b.state) > 0)
    .sort((a, b) => breakerTrouble(b.state) - breakerTrouble(a.state));
  if (troubled.length === 0) return [calmBreakers(timeline, at, all)];
  return troubled.slice(0, 2).map((b) => ({
    lane: 'breakers',
    value: breakerWord(b.state),
    hue: breakerHue(b.state),
    words:
      b.nextTryAt !== null && b.nextTryAt > at
        ? `, half-open in ${countdown(b.nextTryAt - at)}`
        : `, ${b.service} → ${b.peer}`,
  }));
}

function queueLines(timeline: Timeline, at: number): ValueLine[] {
  const depth = (q: QueueView) => q.ready + q.delayed;
  const queues = [...queuesAt(timeline, at, WINDOW_S).values()].sort((a, b) => depth(b) - depth(a));
  if (queues.length === 0) return [{ lane: 'queues', value: 'no queue', hue: 'neutral', words: ' seen' }];
  return queues
    .slice(0, 2)
    .map((q) => ({ lane: 'queues', value: count(depth(q)), hue: 'neutral', words: ` ${q.queue}` }));
}

function sagaLines(timeline: Timeline, at: number): ValueLine[] {
  let confirmed = 0;
  let undone = 0;
  for (const event of timeline.sagas) {
    if (event.event !== 'completed' || event.at > at) continue;
    if (event.outcome === 'confirmed' && event.at > at - WINDOW_S * 1000) confirmed += 1;
    if (event.outcome === 'compensated') undone += 1;
  }
  return [
    { lane: 'sagas', value: rateText(confirmed / WINDOW_S), hue: 'neutral', words: ' confirmed' },
    { lane: 'sagas', value: count(undone), hue: undone > 0 ? 'comp' : 'neutral', words: ' undone so far' },
  ];
}

function errorLines(timeline: Timeline, at: number, front: readonly string[]): ValueLine[] {
  const cells = cellsBefore(timeline, at, WINDOW_S);
  const served = cells.filter((c) => c.kind === 'server' && front.includes(c.service));
  const figures = totalFigures(served, WINDOW_S);
  if (figures.calls === 0) return [{ lane: 'errors', value: 'no calls', hue: 'unknown', words: '' }];
  const share = figures.errorShare + figures.slowShare;
  return [
    {
      lane: 'errors',
      value: percent(share),
      hue: share > 0.01 ? 'failing' : 'neutral',
      words: ' slow or failed',
    },
    {
      lane: 'errors',
      value: durationText(figures.p95),
      hue: 'neutral',
      words: ` p95 of ${front[0]}${front.length > 1 ? `, ${front.length - 1} more` : ''}`,
    },
  ];
}

function deployLines(timeline: Timeline, at: number): ValueLine[] {
  const near = timeline.processes.findLast(
    (p) => p.at <= at && p.at > at - WINDOW_S * 1000 && p.state !== 'healthy',
  );
  if (!near) return [{ lane: 'deploys', value: 'none', hue: 'neutral', words: '' }];
  return [{ lane: 'deploys', value: near.service, hue: 'neutral', words: ` ${near.state}` }];
}

/** The exact values of each lane at an instant, as the right column says them; rates over the last 10 s. `front` are the services customers meet. */
export function valuesAt(timeline: Timeline, at: number, front: readonly string[]): ValueLine[] {
  return [
    ...faultLines(timeline, at),
    ...breakerLines(timeline, at),
    ...queueLines(timeline, at),
    ...sagaLines(timeline, at),
    ...errorLines(timeline, at, front),
    ...deployLines(timeline, at),
  ];
}
