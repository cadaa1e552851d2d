import type { Timeline } from '@stormglass/agents/contract';
import { describeTolerance, evaluateSli, keeps, readable } from '../probes/index.ts';
import { emit, type Ledger, type RunEffect, type RunFacts, withFinding } from './state.ts';

export interface GuardVerdict {
  ledger: Ledger;
  effects: RunEffect[];
  tripped: boolean;
}

/**
 * Looks at every guard. Too few calls is no reason to stop (an open breaker keeps calls away), so only a value outside
 * its tolerance trips. An event is emitted when a value has changed.
 */
export function checkGuards(facts: RunFacts, ledger: Ledger, timeline: Timeline, at: number): GuardVerdict {
  const effects: RunEffect[] = [];
  const values = { ...ledger.guards };
  let next = ledger;
  let tripped = false;
  for (const guard of facts.spec.guards) {
    const reading = evaluateSli(guard.query, timeline, at);
    const out = reading.value !== null && !keeps(guard.tolerance, reading.value);
    if (out || values[guard.name] !== reading.value) {
      effects.push(emit({ type: 'guard', at, name: guard.name, value: reading.value, tripped: out }));
    }
    values[guard.name] = reading.value;
    if (!out || reading.value === null) continue;
    tripped = true;
    const bound = describeTolerance(guard.tolerance);
    const why = `guard "${guard.name}" tripped: ${readable(reading.value)}, wanted ${bound} (${reading.detail})`;
    next = withFinding(next, 'aborted', why);
  }
  return { ledger: { ...next, guards: values }, effects, tripped };
}
