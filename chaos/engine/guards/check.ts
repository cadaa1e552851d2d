import type { Timeline } from '@stormglass/agents/contract';
import { describeTolerance, keeps, readable } from '../../probes/index.ts';
import { emit, type Ledger, type RunEffect, type RunFacts, withFinding } from '../state.ts';
import { readGuard } from './read.ts';

interface GuardVerdict {
  ledger: Ledger;
  effects: RunEffect[];
  tripped: boolean;
}

/** When the first fault of a run was armed, or asked for: from then on it counts. */
export const hurtSince = ({ faults, arming }: Ledger, at: number): number =>
  Math.min(at, ...faults.map(({ armedAt }) => armedAt), ...arming.map(({ askedAt }) => askedAt));

/**
 * Looks at every guard. Too few calls is no reason to stop (an open breaker keeps calls away), so only a value outside
 * its tolerance trips. With `changes` an event is emitted when a value has changed; a trip is emitted always.
 */
export function checkGuards(
  facts: RunFacts,
  ledger: Ledger,
  { timeline, at, baselineFrom }: { timeline: Timeline; at: number; baselineFrom: number },
  changes: boolean,
): GuardVerdict {
  const effects: RunEffect[] = [];
  const values = { ...ledger.guards };
  let next = ledger;
  let tripped = false;
  const moment = { timeline, runId: facts.runId, at, baselineFrom, since: hurtSince(ledger, at) };
  for (const guard of facts.spec.guards) {
    const { value, detail } = readGuard(guard, moment);
    const out = value !== null && !keeps(guard.tolerance, value);
    if (out || (changes && values[guard.name] !== value)) {
      effects.push(emit({ type: 'guard', at, name: guard.name, value, tripped: out }));
      values[guard.name] = value;
    }
    if (!out || value === null) continue;
    tripped = true;
    const bound = describeTolerance(guard.tolerance);
    const why = `guard "${guard.name}" tripped: ${readable(value)}, wanted ${bound} (${detail})`;
    next = withFinding(next, 'aborted', why);
  }
  return { ledger: { ...next, guards: values }, effects, tripped };
}
