import { clockTime } from '../recovery/intervals.ts';
import { emit, type Ledger, type RunEffect, type RunFacts, withFinding } from './state.ts';

export type WaitVerdict = { done: false } | { done: true; ok: boolean; output: string; ledger: Ledger };

/** How long the conditions must hold: the method's `recovered` probe may say so. Milliseconds. */
export function dwellMs(facts: RunFacts): number {
  for (const { provider } of facts.spec.method) {
    if (provider.type === 'recovered') return provider.dwell * 1000;
  }
  return facts.settings.dwellMs;
}

/** Faults which have not ended, armings without an answer included. */
export function faultsOn(ledger: Ledger): number {
  return ledger.arming.length + ledger.faults.filter((fault) => fault.end === null).length;
}

/**
 * Waits until every fault has ended and the conditions of recovery have held for the dwell, at most `limitMs` after
 * the later of `since` and the end of the last fault.
 */
export function checkRecovered(
  facts: RunFacts,
  ledger: Ledger,
  at: number,
  since: number,
  limitMs: number,
): WaitVerdict {
  const overdue = ledger.faults.find(
    (fault) => fault.end === null && at > fault.dueAt + facts.settings.graceMs,
  );
  if (overdue !== undefined) {
    const why = `${overdue.title} did not end at its time and had to be released`;
    return { done: true, ok: false, output: why, ledger: withFinding(ledger, 'injection-failed', why) };
  }
  if (faultsOn(ledger) > 0) return { done: false };
  if (ledger.faults.length === 0) {
    return { done: true, ok: true, output: 'no fault was armed, nothing to recover from', ledger };
  }
  const { recovery } = ledger;
  if (recovery?.t4 != null) {
    const output = `recovered at ${clockTime(recovery.t4)} UTC, ${recovery.recover.value ?? 0} ms after the fault`;
    return { done: true, ok: true, output, ledger };
  }
  const ended = Math.max(...ledger.faults.map((fault) => fault.end?.endedAt ?? 0));
  if (at - Math.max(since, ended) < limitMs) return { done: false };
  return notRecovered(ledger, limitMs);
}

function notRecovered(ledger: Ledger, limitMs: number): WaitVerdict {
  const conditions = ledger.recovery?.conditions ?? [];
  const failing = conditions.filter((condition) => condition.since === null);
  const words = failing.map((condition) => `${condition.title}: no (${condition.detail})`).join('; ');
  const why = `not recovered within ${limitMs / 1000} s: ${words || 'the conditions did not hold for the dwell'}`;
  // A condition that is not true but was never seen broken either could not be judged: too few calls.
  const blind = failing.length > 0 && failing.every((condition) => condition.broken.length === 0);
  const next = withFinding(ledger, blind ? 'inconclusive' : 'deviated', why);
  return { done: true, ok: false, output: why, ledger: next };
}

/** What a method's wait for recovery says when it ends. */
export function waitEnded(name: string, at: number, verdict: { ok: boolean; output: string }): RunEffect {
  return emit({ type: 'activity-ended', at, name, kind: 'probe', ok: verdict.ok, output: verdict.output });
}
