import type { BreakerSample, BreakerState, BreakerTransition, Timeline } from '@stormglass/agents/contract';
import { groupBy, upTo } from './instants.ts';

export function breakerId(b: { service: string; name: string }): string {
  return `${b.service}/${b.name}`;
}

export interface BreakerView {
  id: string;
  service: string;
  name: string;
  peer: string;
  /** The most troubled of its instances. */
  state: BreakerState;
  /** When it entered that state, epoch ms; null when the window does not reach back so far. */
  since: number | null;
  /** When it will probe, epoch ms; null unless open. */
  nextTryAt: number | null;
  /** The newest transition, and the newest one into `open`. */
  transition: BreakerTransition | null;
  opening: BreakerTransition | null;
  /** The newest sample of each instance. */
  samples: BreakerSample[];
  /** Age of the newest sample at `at`, milliseconds; null without one. */
  sampleAgeMs: number | null;
}

const TROUBLE: Record<BreakerState, number> = {
  forced_open: 4,
  open: 3,
  half_open: 2,
  disabled: 1,
  closed: 0,
};

/** How troubled a breaker's state is; sort by it, descending. */
export function breakerTrouble(state: BreakerState): number {
  return TROUBLE[state];
}

interface InstanceState {
  state: BreakerState;
  at: number;
  nextTryAt: number | null;
}

function instanceStates(
  samples: Map<string, BreakerSample>,
  transitions: Map<string, BreakerTransition>,
): InstanceState[] {
  const out: InstanceState[] = [];
  for (const instance of new Set([...samples.keys(), ...transitions.keys()])) {
    const sample = samples.get(instance);
    const transition = transitions.get(instance);
    if (transition && (!sample || transition.at >= sample.at)) {
      const opened = transition.to === 'open';
      out.push({
        state: transition.to,
        at: transition.at,
        nextTryAt: opened ? transition.at + transition.resetTimeoutMs : null,
      });
    } else if (sample) {
      const waits = sample.state === 'open' && sample.resetRemainingMs !== null;
      const fromTransition =
        transition?.to === 'open' && sample.state === 'open'
          ? transition.at + transition.resetTimeoutMs
          : null;
      const fromSample = waits ? sample.at + (sample.resetRemainingMs ?? 0) : null;
      out.push({ state: sample.state, at: sample.at, nextTryAt: fromTransition ?? fromSample });
    }
  }
  return out;
}

function viewOf(
  id: string,
  samples: BreakerSample[],
  moves: BreakerTransition[],
  at: number,
): BreakerView | null {
  const newest = new Map(samples.map((s) => [s.instance, s]));
  const moved = new Map(moves.map((t) => [t.instance, t]));
  const worst = instanceStates(newest, moved).sort((a, b) => TROUBLE[b.state] - TROUBLE[a.state])[0];
  const any = samples.at(-1) ?? moves.at(-1);
  if (!worst || !any) return null;
  const transition = moves.at(-1) ?? null;
  const lastSample = samples.at(-1);
  return {
    id,
    service: any.service,
    name: any.name,
    peer: any.peer,
    state: worst.state,
    since: moves.findLast((t) => t.to === worst.state)?.at ?? null,
    nextTryAt: worst.state === 'open' ? worst.nextTryAt : null,
    transition,
    opening: moves.findLast((t) => t.to === 'open' || t.to === 'forced_open') ?? null,
    samples: [...newest.values()],
    sampleAgeMs: lastSample ? Math.max(0, at - lastSample.at) : null,
  };
}

/** Samples come each second: a breaker silent for this long is no longer there, milliseconds. */
const SAMPLE_MAX_AGE_MS = 60_000;

/**
 * The transitions that may speak for the present. While others report, an instance that does not has gone, and what it
 * said last is history; when nobody reports (an outage, thinned data) the last word stands.
 */
function standing(
  moves: BreakerTransition[],
  fresh: readonly BreakerSample[],
  at: number,
): BreakerTransition[] {
  if (fresh.length === 0) return moves;
  const reporting = new Set(fresh.map((s) => `${breakerId(s)}|${s.instance}`));
  return moves.filter((m) => m.at > at - SAMPLE_MAX_AGE_MS || reporting.has(`${breakerId(m)}|${m.instance}`));
}

/** Each breaker as of an instant, from its newest sample or transition; by `breakerId`. */
export function breakersAt(timeline: Timeline, at: number): Map<string, BreakerView> {
  const fresh = upTo(timeline.breakers, at, SAMPLE_MAX_AGE_MS);
  const samples = groupBy(fresh, breakerId);
  const moves = groupBy(standing(upTo(timeline.transitions, at), fresh, at), breakerId);
  const out = new Map<string, BreakerView>();
  for (const id of new Set([...samples.keys(), ...moves.keys()])) {
    const view = viewOf(id, samples.get(id) ?? [], moves.get(id) ?? [], at);
    if (view) out.set(id, view);
  }
  return out;
}

/** Breakers that were heard of; one of a service with two instances counts once, and twice as instances. */
export interface BreakerCount {
  breakers: number;
  instances: number;
}

/** How many there are, as every page says it: those heard of up to an instant, as far as the timeline goes back. */
export function breakerCount(
  { breakers, transitions }: Pick<Timeline, 'breakers' | 'transitions'>,
  at: number,
): BreakerCount {
  // Sets in maps instead of keys made of texts: a window holds 40,000 rows.
  const services = new Map<string, Map<string, Set<string>>>();
  for (const rows of [upTo(breakers, at), upTo(transitions, at)]) {
    for (const { service, name, instance } of rows) {
      const names = services.get(service) ?? new Map<string, Set<string>>();
      services.set(service, names);
      const instances = names.get(name) ?? new Set<string>();
      names.set(name, instances);
      instances.add(instance);
    }
  }
  const all = [...services.values()].flatMap((names) => [...names.values()]);
  return { breakers: all.length, instances: all.reduce((sum, { size }) => sum + size, 0) };
}
