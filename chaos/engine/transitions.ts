import type { RunPhase } from '../contract/index.ts';
import type { MethodMove } from './method.ts';
import { emit, type Ledger, type RunEffect, type RunFacts, type Transition } from './state.ts';
import { hypothesisStarted } from './steady.ts';

/** Announces a phase. */
export const entering = (phase: RunPhase, at: number): RunEffect => emit({ type: 'phase', at, phase });

/** Looks at the hypothesis again. */
export function enterSteadyAfter(facts: RunFacts, ledger: Ledger, at: number): Transition {
  return {
    state: { phase: 'steady-after', since: at, holdsSince: null, ledger },
    effects: [entering('steady-after', at), ...hypothesisStarted(facts, at)],
  };
}

/** Always the way out: whatever is on, or ended without a good read-back, is released. */
export function enterReverting(ledger: Ledger, at: number): Transition {
  const effects: RunEffect[] = [entering('reverting', at)];
  const faults = ledger.faults.map((fault) => {
    if (fault.end?.reverted === true) return fault;
    effects.push({ type: 'release', faultId: fault.faultId });
    return { ...fault, releasing: true, end: null };
  });
  for (const [removed, { service, name, end }] of ledger.removed.entries()) {
    if (end === null) effects.push({ type: 'restore', removed, service, name });
  }
  return { state: { phase: 'reverting', since: at, ledger: { ...ledger, faults } }, effects };
}

/** Goes where the method goes. */
export function follow(move: MethodMove, at: number): Transition {
  switch (move.to) {
    case 'method':
      return { state: move.state, effects: move.effects };
    case 'recovering':
      return {
        state: { phase: 'recovering', since: at, ledger: move.ledger },
        effects: [...move.effects, entering('recovering', at)],
      };
    case 'reverting':
      return withEffects(move.effects, enterReverting(move.ledger, at));
  }
}

/** Effects that come before those of a transition. */
export function withEffects(effects: RunEffect[], next: Transition): Transition {
  return { state: next.state, effects: [...effects, ...next.effects] };
}
