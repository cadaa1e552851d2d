import { assertNever } from '@stormglass/agents/contract';
import { armed, armFailed, controlled, faultEnded, releaseFailed, restored } from './answers.ts';
import {
  type ActiveState,
  newLedger,
  type RunFacts,
  type RunInput,
  type RunState,
  type Transition,
  withFinding,
} from './state.ts';
import { hypothesisStarted } from './steady.ts';
import { arrived, tick } from './tick.ts';
import { entering, enterReverting } from './transitions.ts';

/**
 * The run as a pure function: a state and what happened give the next state and what to do. Nothing here reads a clock,
 * waits or touches the world, so every path of a run can be played in a test.
 */
export function reduceRun(facts: RunFacts, state: RunState, input: RunInput): Transition {
  if (state.phase === 'ended') return { state, effects: [] };
  if (state.phase === 'idle') {
    return input.type === 'start' ? start(facts, input.at) : { state, effects: [] };
  }
  switch (input.type) {
    case 'start':
      return { state, effects: [] };
    case 'tick':
      return tick(facts, state, input);
    case 'telemetry':
      return arrived(facts, state, input);
    case 'armed':
      return armed(facts, state, input);
    case 'arm-failed':
      return armFailed(facts, state, input);
    case 'controlled':
      return controlled(facts, state, input);
    case 'fault-ended':
      return faultEnded(facts, state, input);
    case 'release-failed':
      return releaseFailed(state, input);
    case 'restored':
      return restored(state, input);
    case 'abort':
      return abort(state, input);
    default:
      return assertNever(input);
  }
}

function start(facts: RunFacts, at: number): Transition {
  return {
    state: { phase: 'steady-before', since: at, holdsSince: null, ledger: newLedger(at) },
    effects: [entering('steady-before', at), ...hypothesisStarted(facts, at)],
  };
}

function abort(state: ActiveState, input: Extract<RunInput, { type: 'abort' }>): Transition {
  if (state.phase === 'reverting') return { state, effects: [] };
  const ledger = withFinding(state.ledger, input.interrupted ? 'interrupted' : 'aborted', input.reason);
  return enterReverting(ledger, input.at);
}
