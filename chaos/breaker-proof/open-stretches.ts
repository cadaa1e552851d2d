import type { BreakerFinding, FigurePoint } from '../contract/index.ts';
import { ended, type Watched } from './watched.ts';

/** Events and samples of one process have instants that are a little apart. */
const SLACK_MS = 100;
/** Timers ring late on a busy machine; earlier than this before its time no timer rings. */
const EARLY_MS = 100;
const LATE_PROBE_MS = 1_000;

export interface OpenStretches {
  /** Calls which surely began while it was open, by sample. */
  letThrough: FigurePoint[];
  /** Calls that ended while it was open and may have begun before. */
  inFlight: FigurePoint[];
  /** Rounds of half open which came to a result. */
  probes: FigurePoint[];
  findings: BreakerFinding[];
}

interface Stretch {
  from: number;
  to: number;
}

/** From each opening until it is closed again, or held by hand; probing in between is part of it. */
function stretches({ transitions }: Watched, end: number): Stretch[] {
  const found: Stretch[] = [];
  let from: number | null = null;
  for (const moved of transitions) {
    if (moved.to === 'open') from ??= moved.at;
    else if (moved.to !== 'half_open') {
      if (from !== null) found.push({ from, to: moved.at });
      from = null;
    }
  }
  if (from !== null) found.push({ from, to: end });
  return found;
}

/** `graceMs`: the longest call that could be under way when it opened. */
export function judgeOpenStretches(watched: Watched, end: number, graceMs: number): OpenStretches {
  const rounds = probeRounds(watched);
  const found: OpenStretches = {
    letThrough: [],
    inFlight: [],
    probes: rounds.map(({ to, result }) => ({ at: to, value: 1, what: `then ${result}` })),
    findings: judgeWaits(watched),
  };
  for (const stretch of stretches(watched, end)) judgeStretch(watched, stretch, rounds, graceMs, found);
  return found;
}

interface Round extends Stretch {
  result: string;
}

function probeRounds({ transitions }: Watched): Round[] {
  return transitions.flatMap((moved, index): Round[] => {
    const next = transitions[index + 1];
    const decided = next?.to === 'open' || next?.to === 'closed';
    return moved.to === 'half_open' && next !== undefined && decided
      ? [{ from: moved.at, to: next.at, result: next.to }]
      : [];
  });
}

/** Only samples which lie in the stretch as a whole: the calls of the others may belong to the time around it. */
function judgeStretch(
  { samples }: Watched,
  stretch: Stretch,
  rounds: readonly Round[],
  graceMs: number,
  found: OpenStretches,
): void {
  for (const [index, sample] of samples.entries()) {
    const begun = samples[index - 1]?.at;
    if (begun === undefined || begun < stretch.from || sample.at > stretch.to) continue;
    // A process that was killed while its breaker was open comes back with a closed one, of which it sends no event.
    if (sample.state !== 'open' && sample.state !== 'half_open') return;
    const near = rounds.filter(({ to }) => to > begun - SLACK_MS && to <= sample.at + SLACK_MS);
    const through = ended(sample) - near.length;
    if (through <= 0) continue;
    const { at } = sample;
    const point = { at, value: through, what: `${ended(sample)} ended, ${near.length} of them probes` };
    if (begun < stretch.from + graceMs) {
      found.inFlight.push(point);
      continue;
    }
    found.letThrough.push(point);
    const probing = rounds.some(({ from, to }) => from <= at + SLACK_MS && to > begun - SLACK_MS);
    const since = `${at - stretch.from} ms after it had opened`;
    found.findings.push(
      probing
        ? { code: 'many_probes', at, words: `${through} more calls than probes ended ${since}` }
        : { code: 'let_through', at, words: `${through} calls ended ${since}` },
    );
  }
}

/** How long it stayed open before it probed. A reset time that was changed meanwhile begins anew: not judged. */
function judgeWaits({ transitions }: Watched): BreakerFinding[] {
  return transitions.flatMap((moved, index): BreakerFinding[] => {
    const next = transitions[index + 1];
    if (moved.to !== 'open' || next?.to !== 'half_open') return [];
    const reset = moved.resetTimeoutMs;
    if (next.resetTimeoutMs !== reset) return [];
    const waited = next.at - moved.at;
    const words = `it probed after ${Math.round(waited)} ms, its reset time is ${reset} ms`;
    if (waited < reset - EARLY_MS) return [{ code: 'early_probe', at: next.at, words }];
    return waited > reset + LATE_PROBE_MS ? [{ code: 'late_probe', at: next.at, words }] : [];
  });
}
