import type { Timeline } from '@stormglass/agents/contract';
import { isProbeProvider, type ProbeReading, readProbe } from '../probes/index.ts';
import { emit, type Ledger, type RunEffect, type RunFacts, withFinding } from './state.ts';

export interface NamedReading extends ProbeReading {
  name: string;
}

/** The hypothesis' probes at one instant; only the present counts, before and after the method alike. */
export function readHypothesis(
  facts: Pick<RunFacts, 'spec'>,
  timeline: Timeline,
  at: number,
): NamedReading[] {
  return facts.spec['steady-state-hypothesis'].probes.map((probe) => {
    const { provider, name } = probe;
    if (!isProbeProvider(provider))
      return { name, value: null, ok: null, output: `${provider.type} is no probe` };
    const subject = probe.tolerance === undefined ? { provider } : { provider, tolerance: probe.tolerance };
    return { name, ...readProbe(subject, timeline, { at, since: null }) };
  });
}

/** Announces each probe of the hypothesis. */
export function hypothesisStarted(facts: RunFacts, at: number): RunEffect[] {
  return facts.spec['steady-state-hypothesis'].probes.map((probe) =>
    emit({ type: 'activity-started', at, name: probe.name, kind: 'probe' }),
  );
}

export type SteadyVerdict =
  | { done: false; holdsSince: number | null }
  | { done: true; ledger: Ledger; effects: RunEffect[] };

/**
 * The hypothesis must hold without a break for `steadyHoldMs`, within `steadyLimitMs` of the phase's begin: a single
 * lucky or unlucky second decides nothing. Out of tolerance at the limit gives `outOfTolerance`, nothing to judge by
 * gives `inconclusive`.
 */
export function checkSteady(
  facts: RunFacts,
  phase: { since: number; holdsSince: number | null; ledger: Ledger },
  input: { at: number; timeline: Timeline },
  outOfTolerance: 'not-run' | 'deviated',
): SteadyVerdict {
  const { at } = input;
  const readings = readHypothesis(facts, input.timeline, at);
  const holdsSince = readings.every((reading) => reading.ok === true) ? (phase.holdsSince ?? at) : null;
  const held = holdsSince !== null && at - holdsSince >= facts.settings.steadyHoldMs;
  const late = at - phase.since >= facts.settings.steadyLimitMs;
  if (!held && !(late && holdsSince === null)) return { done: false, holdsSince };
  const effects = readings.map((reading) =>
    emit({
      type: 'activity-ended',
      at,
      name: reading.name,
      kind: 'probe',
      ok: reading.ok === true,
      output: reading.output,
    }),
  );
  if (held) return { done: true, ledger: phase.ledger, effects };
  const failed = readings.filter((reading) => reading.ok === false);
  const blamed = failed.length > 0 ? failed : readings.filter((reading) => reading.ok === null);
  const words = blamed.map((reading) => `${reading.name}: ${reading.output}`).join('; ');
  const when =
    outOfTolerance === 'not-run' ? 'before the method, so nothing was injected' : 'after the method';
  const why = `the steady state did not hold ${when}: ${words}`;
  const verdict = failed.length > 0 ? outOfTolerance : 'inconclusive';
  return { done: true, ledger: withFinding(phase.ledger, verdict, why), effects };
}

/**
 * Since when the system has been as the hypothesis wants it, looking back from `at` second by second, at most to
 * `earliest`: the baseline of a run. A start of the whole shop, or the end of an earlier run, shortly before would
 * otherwise make the band so wide that nothing could leave it.
 */
export function calmSince(facts: RunFacts, timeline: Timeline, at: number, earliest: number): number {
  let calm = at;
  const windowMs = facts.spec.sli.window * 1000;
  while (calm - windowMs > earliest) {
    const before = calm - 1000;
    if (!readHypothesis(facts, timeline, before).every((reading) => reading.ok === true)) break;
    calm = before;
  }
  return Math.max(earliest, calm - windowMs);
}
