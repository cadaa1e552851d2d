import type { Timeline } from '@stormglass/agents/contract';
import { actionWords, brokenService, targetWords } from '../../../live/fault-words.ts';
import {
  type BreakerView,
  breakersAt,
  cellsBetween,
  entrances,
  faultsAt,
  queuesAt,
  SLOW_MS,
  serviceFigures,
  totalFigures,
} from '../../../live/figures.ts';
import { upTo } from '../../../live/instants.ts';
import { count, countdown, durationText, percent, plural } from '../../../ui/format.ts';
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
/** Where few people call, the answers of so many seconds speak. */
const SPARSE_S = 30;
/** Older data is no knowledge of now, milliseconds. */
const STALE_MS = 10_000;

/** Who is an entrance is judged over minutes: in an outage nobody may be called for a while. */
function entranceCells(timeline: Timeline, from: number, to: number) {
  const front = entrances(cellsBetween(timeline, Math.min(from, to - 300_000), to));
  return cellsBetween(timeline, from, to).filter((c) => c.kind === 'server' && front.has(c.service));
}

/** How customers fare at an instant: the share of their answers that is hurt, or why nobody can say. */
type Answers = { known: true; bad: number } | { known: false; why: string; stale: boolean };

function shareOver(timeline: Timeline, at: number, seconds: number): number | null {
  const figures = totalFigures(entranceCells(timeline, at - seconds * 1000, at + 1000), seconds, SLOW_MS);
  return figures.calls === 0 ? null : figures.errorShare + figures.slowShare;
}

function answersAt(timeline: Timeline, at: number, step: number): Answers {
  const age = dataAge(timeline, at, step);
  if (age === null) return { known: false, why: 'no data in this range', stale: true };
  if (age > STALE_MS) {
    return { known: false, why: `the newest data is ${durationText(age)} old`, stale: true };
  }
  const recent = Math.max(RECENT_S, step);
  const bad = shareOver(timeline, at, recent) ?? shareOver(timeline, at, Math.max(SPARSE_S, step));
  if (bad !== null) return { known: true, bad };
  const silence = answerAge(timeline, at, step);
  const since = silence === null ? '' : ` for ${durationText(silence)}`;
  return { known: false, why: `no answers${since}`, stale: false };
}

/** Milliseconds since somebody last reported anything; null when nobody has. */
function dataAge(timeline: Timeline, at: number, step: number): number | null {
  const lastCell = cellsBetween(timeline, 0, at + 1).at(-1);
  const instants = [
    ...(lastCell ? [(lastCell.second + step) * 1000] : []),
    ...upTo(timeline.breakers, at)
      .slice(-1)
      .map((sample) => sample.at),
    ...upTo(timeline.queues, at)
      .slice(-1)
      .map((sample) => sample.at),
  ];
  return instants.length === 0 ? null : Math.max(0, at - Math.max(...instants));
}

/** Milliseconds since a customer last got an answer. */
function answerAge(timeline: Timeline, at: number, step: number): number | null {
  const last = entranceCells(timeline, 0, at + 1).at(-1);
  return last ? Math.max(0, at - (last.second + step) * 1000) : null;
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
  const parts = served.calls === 0 ? ['no answers'] : [`of ${plural(served.calls, 'answer')} hurt`];
  if (undone > 0) parts.push(`${plural(undone, 'saga')} undone`);
  if (waiting > 20) parts.push(`${count(waiting)} waiting`);
  if (served.calls === 0) return { strong: 'Unknown', hue: 'unknown', words: `: ${parts.join(', ')}` };
  return { strong: count(bad), hue: 'neutral', words: ` ${parts.join(', ')}` };
}

function unknownBecause(why: string, ends = ''): StoryPart {
  return { strong: 'Unknown', hue: 'unknown', words: `: ${why}${ends}` };
}

function overOf(timeline: Timeline, at: number, incident: Incident, answers: Answers): StoryPart {
  const ends = incident.endsIn === null ? '' : `, fault ends in ${countdown(incident.endsIn)}`;
  if (!answers.known) return unknownBecause(answers.why, ends);
  if (answers.bad > BAND) {
    return { strong: 'No', hue: 'failing', words: `, ${percent(answers.bad)} of answers hurt${ends}` };
  }
  if (incident.endsIn !== null) return { strong: 'Mitigated', hue: 'ok', words: ends };
  const open = notClosed(timeline, at);
  if (open.length > 0) {
    return { strong: 'Almost', hue: 'half', words: `: ${plural(open.length, 'breaker')} not closed yet` };
  }
  return { strong: 'Yes', hue: 'ok', words: ': in band, all closed' };
}

const UNSEEN: StoryPart = { strong: 'Unknown', hue: 'unknown', words: ', nothing armed' };
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

/** Nothing was done and no breaker is open. */
function calmStory(timeline: Timeline, at: number, windowFrom: number, answers: Answers): Story {
  const cost = costOf(timeline, Math.max(windowFrom, at - 60_000), at);
  if (!answers.known) {
    return { broke: answers.stale ? UNSEEN : CALM, cost, over: unknownBecause(answers.why) };
  }
  if (answers.bad <= BAND) {
    return { broke: CALM, cost, over: { strong: 'All is well', hue: 'ok', words: ': answers in band' } };
  }
  const words = `, ${percent(answers.bad)} of answers hurt, not chaos`;
  return { broke: troubledAt(timeline, at), cost, over: { strong: 'No', hue: 'failing', words } };
}

/**
 * The story at an instant; `windowFrom` is how far back an ended fault still matters, `step` the seconds of one traffic
 * cell. Without answers to judge by, or with old ones, it says so instead of guessing.
 */
export function storyAt(timeline: Timeline, at: number, windowFrom: number, step = 1): Story {
  const answers = answersAt(timeline, at, step);
  const incident = incidentAt(timeline, at, windowFrom);
  if (!incident) return calmStory(timeline, at, windowFrom, answers);
  return {
    broke: incident.part,
    cost: costOf(timeline, incident.since, at),
    over: overOf(timeline, at, incident, answers),
  };
}
