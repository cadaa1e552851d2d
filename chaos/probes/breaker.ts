import type { BreakerState, Timeline } from '@stormglass/agents/contract';

/** State of one breaker from an instant on. */
export interface BreakerMark {
  at: number;
  state: BreakerState;
}

/** One breaker of one process, with its states in order of time (transitions and samples merged). */
export interface BreakerLine {
  service: string;
  instance: string;
  name: string;
  peer: string;
  marks: BreakerMark[];
}

/**
 * The states of every breaker over time. Transitions give exact instants; the samples (one a second) add breakers that
 * never moved, and the return to `closed` of one whose process was killed while open, for which nobody emits an event.
 */
export function breakerLines(timeline: Timeline): BreakerLine[] {
  const lines = new Map<string, BreakerLine>();
  const lineOf = (of: { service: string; instance: string; name: string; peer: string }): BreakerLine => {
    const key = `${of.service}|${of.instance}|${of.name}`;
    const line = lines.get(key) ?? { ...pick(of), marks: [] };
    lines.set(key, line);
    return line;
  };
  for (const moved of timeline.transitions) lineOf(moved).marks.push({ at: moved.at, state: moved.to });
  for (const sample of timeline.breakers) lineOf(sample).marks.push({ at: sample.at, state: sample.state });
  for (const line of lines.values()) line.marks = changes(line.marks);
  return [...lines.values()];
}

function pick(of: { service: string; instance: string; name: string; peer: string }) {
  return { service: of.service, instance: of.instance, name: of.name, peer: of.peer };
}

function changes(marks: BreakerMark[]): BreakerMark[] {
  const sorted = [...marks].sort((a, b) => a.at - b.at);
  return sorted.filter((mark, index) => sorted[index - 1]?.state !== mark.state);
}

/** The state at an instant (epoch ms), null when nothing had been heard of the breaker. */
export function stateAt(line: BreakerLine, at: number): BreakerState | null {
  return line.marks.findLast((mark) => mark.at <= at)?.state ?? null;
}
