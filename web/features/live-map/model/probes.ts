import type { BreakerSample, Timeline } from '@stormglass/agents/contract';
import type { BreakerView } from '../../../live/figures.ts';
import { plural } from '../../../ui/format.ts';
import type { ProbeState } from '../../../ui/glyphs/probe-dots.tsx';

/** So many dots have room; of more the newest are drawn. */
const MOST_DOTS = 5;

/** The probes of a half-open breaker that have ended, as its transitions and samples tell them. */
export interface Probes {
  /** Rounds before this one which a failed probe ended, since it was closed. */
  failedBefore: number;
  /** In this round. */
  succeeded: number;
  failed: number;
  /** Oldest first. */
  dots: ProbeState[];
}

type Own = Pick<BreakerView, 'service' | 'name'>;

const isOf = (row: { service: string; name: string }, { service, name }: Own): boolean =>
  row.service === service && row.name === name;

/** Back from half-open to open: a probe failed. It counts back to where the trouble began. */
function failedRounds({ transitions }: Timeline, breaker: Own, at: number): number {
  let rounds = 0;
  for (let i = transitions.length - 1; i >= 0; i -= 1) {
    const move = transitions[i];
    if (!move || move.at > at || !isOf(move, breaker)) continue;
    if (move.from === 'closed' || move.to === 'closed') break;
    if (move.from === 'half_open' && move.to === 'open') rounds += 1;
  }
  return rounds;
}

/** Of the instances that are half-open, oldest first. */
function samplesSince({ breakers }: Timeline, breaker: Own, since: number, at: number): BreakerSample[] {
  const out: BreakerSample[] = [];
  for (let i = breakers.length - 1; i >= 0; i -= 1) {
    const sample = breakers[i];
    if (!sample || sample.at <= since) break;
    if (sample.at <= at && isOf(sample, breaker) && sample.state === 'half_open') out.unshift(sample);
  }
  return out;
}

function dots(count: number, state: ProbeState): ProbeState[] {
  return Array.from({ length: Math.min(count, MOST_DOTS) }, () => state);
}

/**
 * The probes of a half-open breaker; null of any other, or when the window does not say since when. A sample counts calls
 * when they end, so a probe in flight is known to nobody and is not drawn.
 */
export function probesOf(timeline: Timeline, breaker: BreakerView, at: number): Probes | null {
  if (breaker.state !== 'half_open' || breaker.since === null) return null;
  const failedBefore = failedRounds(timeline, breaker, at);
  const probes: Probes = { failedBefore, succeeded: 0, failed: 0, dots: dots(failedBefore, 'failed') };
  for (const sample of samplesSince(timeline, breaker, breaker.since, at)) {
    const failed = sample.failure + sample.timeout;
    probes.succeeded += sample.success;
    probes.failed += failed;
    probes.dots.push(...dots(sample.success, 'succeeded'), ...dots(failed, 'failed'));
  }
  return { ...probes, dots: probes.dots.slice(-MOST_DOTS) };
}

/** `half-open`, `half-open, 3 of 4 probes failed`, `half-open, 1 probe ok`. */
export function probeWords(probes: Probes | null): string {
  const failed = (probes?.failed ?? 0) + (probes?.failedBefore ?? 0);
  const all = failed + (probes?.succeeded ?? 0);
  if (all === 0) return 'half-open';
  return `half-open, ${failed === 0 ? `${plural(all, 'probe')} ok` : `${failed} of ${plural(all, 'probe')} failed`}`;
}
