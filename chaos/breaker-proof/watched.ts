import type { BreakerSample, BreakerTransition, Timeline } from '@stormglass/agents/contract';

/** One breaker of one process: its transitions and samples in order of time. */
export interface Watched {
  service: string;
  instance: string;
  name: string;
  peer: string;
  transitions: BreakerTransition[];
  samples: BreakerSample[];
}

export function watchedBreakers(timeline: Pick<Timeline, 'transitions' | 'breakers'>): Watched[] {
  const found = new Map<string, Watched>();
  const of = ({ service, instance, name, peer }: BreakerSample | BreakerTransition): Watched => {
    const key = `${service}|${instance}|${name}`;
    const known = found.get(key) ?? { service, instance, name, peer, transitions: [], samples: [] };
    found.set(key, known);
    return known;
  };
  for (const moved of timeline.transitions) of(moved).transitions.push(moved);
  for (const sample of timeline.breakers) of(sample).samples.push(sample);
  for (const { transitions, samples } of found.values()) {
    transitions.sort((a, b) => a.at - b.at);
    samples.sort((a, b) => a.at - b.at);
  }
  return [...found.values()].sort((a, b) =>
    `${a.service}|${a.name}|${a.instance}`.localeCompare(`${b.service}|${b.name}|${b.instance}`),
  );
}

/** What it is to do, as it said itself. */
export interface Limits {
  /** Opens above this share of failures. */
  threshold: number;
  /** ... from this many calls in its window on. */
  volume: number;
}

export function isOver({ threshold, volume }: Limits, calls: number, failures: number): boolean {
  return calls > 0 && calls >= volume && failures / calls > threshold + 1e-9;
}

/** Calls of a sample that ended, whatever became of them; those turned away never began. */
export const ended = ({ success, failure, timeout }: BreakerSample): number => success + failure + timeout;
export const failed = ({ failure, timeout }: BreakerSample): number => failure + timeout;
