import type { Timeline } from '@stormglass/agents/contract';
import { actionWords, brokenService, targetWords } from '../../../live/fault-words.ts';
import {
  type BreakerView,
  breakersAt,
  cellsBefore,
  cellsBetween,
  entrances,
  faultsAt,
  queuesAt,
  SLOW_MS,
  serviceFigures,
  totalFigures,
} from '../../../live/figures.ts';
import { count, countdown, percent, plural } from '../../../ui/format.ts';
import { breakerWord, type StateHue } from '../../../ui/state.ts';

export interface StoryPart {
  strong: string;
  hue: StateHue;
  words: string;
}

/** What broke, what did it cost, is it over: one line of the map. */
export interface Story {
  broke: StoryPart;
  cost: StoryPart;
  over: StoryPart;
}

/** Answers are in band when at most this share is slow or failed. */
const BAND = 0.01;
const RECENT_S = 5;

/** Who is an entrance is judged over minutes: in an outage nobody may be called for a while. */
function entranceCells(timeline: Timeline, from: number, to: number) {
  const front = entrances(cellsBetween(timeline, Math.min(from, to - 300_000), to));
  return cellsBetween(timeline, from, to).filter((c) => c.kind === 'server' && front.has(c.service));
}

function badShare(timeline: Timeline, at: number): number {
  const served = entranceCells(timeline, at - RECENT_S * 1000, at + 1000);
  const figures = totalFigures(served, RECENT_S, SLOW_MS);
  return figures.errorShare + figures.slowShare;
}

/** The breakers that turn calls away or still probe, whoever opened them. */
function notClosed(timeline: Timeline, at: number): BreakerView[] {
  return [...breakersAt(timeline, at).values()].filter((b) => b.state !== 'closed' && b.state !== 'disabled');
}

interface Incident {
  since: number;
  part: StoryPart;
  endsIn: number | null;
  ended: number | null;
}

function incidentAt(timeline: Timeline, at: number, windowFrom: number): Incident | null {
  const active = faultsAt(timeline, at)[0];
  const last =
    active ??
    timeline.faults.findLast((f) => f.endedAt !== null && f.endedAt <= at && f.endedAt >= windowFrom);
  if (last) {
    const share =
      last.spec.selector.percentage < 100 ? ` on ${last.spec.selector.percentage} % of calls` : '';
    const run = last.runId ? `, run #${last.runId.slice(0, 8)}` : '';
    const was = active ? '' : ', over';
    return {
      since: last.firstEffectAt ?? last.armedAt,
      part: {
        strong:
          last.spec.target.kind === 'edge' ? targetWords(last.spec.target) : brokenService(last.spec.target),
        hue: 'fault',
        words: `, ${actionWords(last.spec.action)}${share}${run}${was}`,
      },
      endsIn: active ? Math.max(0, last.expiresAt - at) : null,
      ended: last.endedAt,
    };
  }
  const open = notClosed(timeline, at)[0];
  if (!open) return null;
  return {
    since: open.since ?? at,
    part: {
      strong: `${open.service} → ${open.peer}`,
      hue: 'open',
      words: `, breaker ${breakerWord(open.state)}, not chaos`,
    },
    endsIn: null,
    ended: null,
  };
}

function costOf(timeline: Timeline, from: number, at: number): StoryPart {
  const served = totalFigures(
    entranceCells(timeline, from, at + 1000),
    Math.max(1, (at - from) / 1000),
    SLOW_MS,
  );
  const undone = timeline.sagas.filter(
    (s) => s.event === 'completed' && s.outcome === 'compensated' && s.at >= from && s.at <= at,
  ).length;
  const waiting = [...queuesAt(timeline, at, 10).values()].reduce((sum, q) => sum + q.ready + q.delayed, 0);
  const bad = served.slow + served.errors;
  const parts = [`of ${plural(served.calls, 'answer')} hurt`];
  if (undone > 0) parts.push(`${plural(undone, 'saga')} undone`);
  if (waiting > 20) parts.push(`${count(waiting)} waiting`);
  return { strong: count(bad), hue: 'neutral', words: ` ${parts.join(', ')}` };
}

function overOf(timeline: Timeline, at: number, incident: Incident): StoryPart {
  const bad = badShare(timeline, at);
  const open = notClosed(timeline, at);
  const ends = incident.endsIn === null ? '' : `, fault ends in ${countdown(incident.endsIn)}`;
  if (bad > BAND) return { strong: 'No', hue: 'failing', words: `, ${percent(bad)} of answers hurt${ends}` };
  if (incident.endsIn !== null) {
    return { strong: 'Mitigated', hue: 'ok', words: ends };
  }
  if (open.length > 0) {
    return { strong: 'Almost', hue: 'half', words: `: ${plural(open.length, 'breaker')} not closed yet` };
  }
  return { strong: 'Yes', hue: 'ok', words: ': in band, all closed' };
}

const CALM: StoryPart = { strong: 'Nothing', hue: 'neutral', words: ' armed, no breaker open' };
const MIN_CALLS = 5;

/** Nothing is armed and yet answers are hurt: the service with the largest share of them, the callee before its caller. */
function troubledAt(timeline: Timeline, at: number): StoryPart {
  const ranked = [...serviceFigures(timeline, at, 10)]
    .filter(([, figures]) => figures.calls >= MIN_CALLS)
    .map(([service, f]) => ({
      service,
      share: f.errorShare + f.slowShare,
      failed: f.errorShare >= f.slowShare,
      p95: f.p95 ?? 0,
    }))
    .sort((a, b) => b.share - a.share || a.p95 - b.p95);
  const worst = ranked[0];
  if (!worst) return CALM;
  return {
    strong: worst.service,
    hue: worst.failed ? 'failing' : 'degraded',
    words: `, ${percent(worst.share)} ${worst.failed ? 'failed' : `slower than ${SLOW_MS} ms`}, nothing armed`,
  };
}

/** The story at an instant; `windowFrom` is how far back an ended fault still matters. */
export function storyAt(timeline: Timeline, at: number, windowFrom: number): Story {
  const incident = incidentAt(timeline, at, windowFrom);
  if (incident) {
    return {
      broke: incident.part,
      cost: costOf(timeline, incident.since, at),
      over: overOf(timeline, at, incident),
    };
  }
  const traffic = cellsBefore(timeline, at, RECENT_S).length > 0;
  const bad = badShare(timeline, at);
  return {
    broke: bad > BAND ? troubledAt(timeline, at) : CALM,
    cost: costOf(timeline, Math.max(windowFrom, at - 60_000), at),
    over: traffic
      ? bad > BAND
        ? { strong: 'No', hue: 'failing', words: `, ${percent(bad)} of answers hurt, not chaos` }
        : { strong: 'All is well', hue: 'ok', words: ': answers in band' }
      : { strong: 'Quiet', hue: 'unknown', words: ': no calls right now' },
  };
}
