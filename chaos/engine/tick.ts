import { assertNever } from '@stormglass/agents/contract';
import { checkGuards } from './guards/index.ts';
import { judgeRun } from './judge.ts';
import { measure } from './measure.ts';
import { enterActivity, tickMethod } from './method.ts';
import { checkRecovered, dwellMs, faultsOn } from './recovering.ts';
import {
  type ActiveState,
  emit,
  type RunEffect,
  type RunFacts,
  type RunInput,
  type RunState,
  type Transition,
  withFinding,
} from './state.ts';
import { calmSince, checkSteady } from './steady.ts';
import { entering, enterReverting, enterSteadyAfter, follow, withEffects } from './transitions.ts';

type Tick = Extract<RunInput, { type: 'tick' }>;
type Arrival = Extract<RunInput, { type: 'telemetry' }>;

/** Whether the guards are looked at: as long as a fault is on, before the reverting. */
export const isGuarded = (state: RunState): state is Extract<RunState, { phase: 'method' | 'recovering' }> =>
  (state.phase === 'method' || state.phase === 'recovering') && faultsOn(state.ledger) > 0;

/** Telemetry came: the guards look at it now and not when time has passed. */
export function arrived(facts: RunFacts, state: ActiveState, input: Arrival): Transition {
  if (!isGuarded(state)) return { state, effects: [] };
  const guard = checkGuards(facts, state.ledger, input, false);
  if (!guard.tripped) return { state, effects: [] };
  return withEffects(guard.effects, enterReverting(guard.ledger, input.at));
}

/**
 * Time passed: measures, looks at the guards while a fault is on (a window moves on without a new call, too), and lets
 * the phase go on.
 */
export function tick(facts: RunFacts, before: ActiveState, input: Tick): Transition {
  const measured = measureNow(facts, before, input);
  const { state } = measured;
  if (isGuarded(state)) {
    const guard = checkGuards(facts, state.ledger, input, true);
    const effects = [...measured.effects, ...guard.effects];
    if (guard.tripped) return withEffects(effects, enterReverting(guard.ledger, input.at));
    return withEffects(effects, tickPhase(facts, { ...state, ledger: guard.ledger }, input));
  }
  return withEffects(measured.effects, tickPhase(facts, state, input));
}

function tickPhase(facts: RunFacts, state: ActiveState, input: Tick): Transition {
  const { at } = input;
  switch (state.phase) {
    case 'steady-before':
    case 'steady-after':
      return tickSteady(facts, state, input);
    case 'method':
      return follow(tickMethod(facts, state, input), at);
    case 'recovering': {
      const limit = facts.settings.recoverLimitMs;
      const waited = checkRecovered(facts, state.ledger, at, state.since, limit);
      if (!waited.done) return { state, effects: [] };
      return waited.ok ? enterSteadyAfter(facts, waited.ledger, at) : enterReverting(waited.ledger, at);
    }
    case 'reverting':
      return tickReverting(facts, state, input);
    default:
      return assertNever(state);
  }
}

function tickSteady(
  facts: RunFacts,
  state: Extract<RunState, { phase: 'steady-before' | 'steady-after' }>,
  input: Tick,
): Transition {
  const before = state.phase === 'steady-before';
  const verdict = checkSteady(facts, state, input, before ? 'not-run' : 'deviated');
  if (!verdict.done) return { state: { ...state, holdsSince: verdict.holdsSince }, effects: [] };
  const failed = verdict.ledger !== state.ledger;
  if (failed || !before) return withEffects(verdict.effects, enterReverting(verdict.ledger, input.at));
  const since = calmSince(facts, input.timeline, state.holdsSince ?? input.at, input.baselineFrom);
  const ledger = { ...verdict.ledger, methodAt: input.at, calmSince: since };
  const effects = [...verdict.effects, entering('method', input.at)];
  return withEffects(effects, follow(enterActivity(facts, 0, ledger, input.at), input.at));
}

function tickReverting(
  facts: RunFacts,
  state: Extract<RunState, { phase: 'reverting' }>,
  input: Tick,
): Transition {
  const { at } = input;
  let { ledger } = state;
  const away = ledger.removed.filter(({ end }) => end === null);
  if (faultsOn(ledger) > 0 || away.length > 0) {
    if (at - state.since < facts.settings.graceMs) return { state, effects: [] };
    for (const { service, name } of away) {
      ledger = withFinding(ledger, 'revert-failed', `${name} of ${service}: nobody said that it is back`);
    }
    for (const fault of ledger.faults.filter((one) => one.end === null)) {
      ledger = withFinding(ledger, 'revert-failed', `${fault.title}: no read-back of its end`);
    }
    for (const asked of ledger.arming) {
      const name = facts.spec.method[asked.activity]?.name ?? '';
      ledger = withFinding(ledger, 'revert-failed', `${name}: its injector never said whether it armed`);
    }
  }
  const recovery = measure(facts, ledger, input, dwellMs(facts));
  ledger = { ...ledger, recovery };
  const effects: RunEffect[] = [];
  if (recovery !== null) effects.push(emit({ type: 'measured', at, recovery }));
  const { verdict, why } = judgeRun(facts, ledger);
  effects.push(entering('ended', at), emit({ type: 'ended', at, verdict, why }));
  return { state: { phase: 'ended', verdict, why, ledger }, effects };
}

/** Measures at most each `measureMs`, from the method on; the end of the run does its own. */
function measureNow(
  facts: RunFacts,
  state: ActiveState,
  input: Tick,
): { state: ActiveState; effects: RunEffect[] } {
  const { ledger } = state;
  const due = input.at - ledger.measuredAt >= facts.settings.measureMs;
  if (!due || state.phase === 'reverting') return { state, effects: [] };
  const recovery = measure(facts, ledger, input, dwellMs(facts));
  if (recovery === null) return { state, effects: [] };
  return {
    state: { ...state, ledger: { ...ledger, recovery, measuredAt: input.at } },
    effects: [emit({ type: 'measured', at: input.at, recovery })],
  };
}
