import { restoredName } from './ablation.ts';
import { faultOf, faultTitle } from './faults.ts';
import { actionFailed, leave } from './method.ts';
import type { FaultEnd } from './ports.ts';
import {
  type ActiveState,
  emit,
  type Ledger,
  type RunFacts,
  type RunInput,
  type RunState,
  type Transition,
  withFinding,
} from './state.ts';
import { enterReverting, follow, withEffects } from './transitions.ts';

/** The injector said yes. */
export function armed(
  facts: RunFacts,
  state: ActiveState,
  input: Extract<RunInput, { type: 'armed' }>,
): Transition {
  const { at, faultId } = input;
  const spec = faultOf(facts, input.activity);
  const title = faultTitle(spec);
  const late = state.phase === 'reverting';
  const fault = {
    faultId,
    title,
    armedAt: at,
    dueAt: at + spec.durationMs,
    activity: input.activity,
    releasing: late,
    end: null,
  };
  const ledger: Ledger = {
    ...state.ledger,
    arming: state.ledger.arming.filter((asked) => asked.activity !== input.activity),
    faults: [...state.ledger.faults, fault],
  };
  const event = emit({ type: 'fault-armed', at, faultId, title });
  // The run was stopped while the injector was still arming: what has come too late goes at once.
  if (late) return { state: { ...state, ledger }, effects: [event, { type: 'release', faultId }] };
  if (state.phase !== 'method') return { state: { ...state, ledger }, effects: [event] };
  return withEffects([event], acted(facts, { ...state, ledger }, at, input.activity, `armed as ${faultId}`));
}

/** An action of the method has succeeded. */
function acted(
  facts: RunFacts,
  state: Extract<RunState, { phase: 'method' }>,
  at: number,
  index: number,
  output: string,
): Transition {
  const activity = facts.spec.method[index];
  if (activity === undefined || state.index !== index || state.step.at !== 'acting') {
    return { state, effects: [] };
  }
  const ended = emit({
    type: 'activity-ended',
    at,
    name: activity.name,
    kind: activity.type,
    ok: true,
    output,
  });
  return follow(leave(facts, activity, index, state.ledger, at, [ended]), at);
}

/** The injector said no, or could not be reached. */
export function armFailed(
  facts: RunFacts,
  state: ActiveState,
  input: Extract<RunInput, { type: 'arm-failed' }>,
): Transition {
  const arming = state.ledger.arming.filter((asked) => asked.activity !== input.activity);
  const ledger = { ...state.ledger, arming };
  const activity = facts.spec.method[input.activity];
  if (state.phase !== 'method' || activity === undefined) {
    return { state: { ...state, ledger }, effects: [] };
  }
  return follow(actionFailed(activity, ledger, input.at, input.message), input.at);
}

/** A control answered. */
export function controlled(
  facts: RunFacts,
  state: ActiveState,
  input: Extract<RunInput, { type: 'controlled' }>,
): Transition {
  const activity = facts.spec.method[input.activity];
  if (state.phase !== 'method' || activity === undefined) return { state, effects: [] };
  if (input.ok) return acted(facts, state, input.at, input.activity, input.output);
  return follow(actionFailed(activity, state.ledger, input.at, input.output), input.at);
}

/** A fault is gone, or its injector could not get rid of it. */
export function faultEnded(
  facts: RunFacts,
  state: ActiveState,
  input: Extract<RunInput, { type: 'fault-ended' }>,
): Transition {
  const fault = state.ledger.faults.find((one) => one.faultId === input.faultId);
  // Told twice (by the release and by the injector): the first word stands, unless only the second is good.
  if (fault === undefined || fault.end?.reverted === true) return { state, effects: [] };
  if (fault.end !== null && !input.end.reverted) return { state, effects: [] };
  const end = { ...input.end, endedAt: input.end.endedAt ?? input.at };
  const faults = state.ledger.faults.map((one) => (one === fault ? { ...fault, end } : one));
  const event = emit({
    type: 'fault-ended',
    at: end.endedAt,
    faultId: fault.faultId,
    reverted: end.reverted,
    readBack: end.readBack,
  });
  const ledger = { ...state.ledger, faults };
  const finding = fault.releasing ? null : earlyEnd(facts, fault.title, fault.dueAt, end);
  if (state.phase === 'reverting') return { state: { ...state, ledger }, effects: [event] };
  if (finding !== null) {
    return withEffects([event], enterReverting(withFinding(ledger, finding.verdict, finding.why), input.at));
  }
  if (!end.reverted) return withEffects([event], enterReverting(ledger, input.at));
  return { state: { ...state, ledger }, effects: [event] };
}

/** Ends which nobody planned. Half a second of slack: the injector's clock and ours start apart. */
function earlyEnd(
  facts: RunFacts,
  title: string,
  dueAt: number,
  end: FaultEnd & { endedAt: number },
): { verdict: 'aborted' | 'injection-failed'; why: string } | null {
  const early = end.endedAt < dueAt - facts.settings.tickMs;
  if (end.reason === 'halted')
    return { verdict: 'aborted', why: `${title} was ended by a halt of all chaos` };
  if (end.reason === 'failed') {
    return { verdict: 'injection-failed', why: `${title} failed in its injector: ${end.readBack}` };
  }
  if (end.reason === 'expired' && early) {
    const why = `${title} ended early: its lease was not renewed, so its agent was out of reach or died`;
    return { verdict: 'injection-failed', why };
  }
  if (end.reason === 'released' && early) return { verdict: 'aborted', why: `${title} was released by hand` };
  return null;
}

/** A release was not even answered: nobody knows whether the fault is gone, so it counts as not reverted. */
export function releaseFailed(
  state: ActiveState,
  input: Extract<RunInput, { type: 'release-failed' }>,
): Transition {
  const faults = state.ledger.faults.map((fault) =>
    fault.faultId === input.faultId && fault.end === null
      ? { ...fault, end: { reverted: false, readBack: input.message, endedAt: input.at } }
      : fault,
  );
  const ledger = { ...state.ledger, faults };
  if (state.phase === 'reverting') return { state: { ...state, ledger }, effects: [] };
  return enterReverting(ledger, input.at);
}

/** A protection is back, or could not be put back. */
export function restored(
  state: ActiveState,
  { at, removed, back, readBack }: Extract<RunInput, { type: 'restored' }>,
): Transition {
  const { ledger } = state;
  const one = ledger.removed[removed];
  if (one === undefined || one.end !== null) return { state, effects: [] };
  const all = ledger.removed.with(removed, { ...one, end: { back, readBack } });
  const name = restoredName(one.service, one.name);
  const ended = emit({ type: 'activity-ended', at, name, kind: 'action', ok: back, output: readBack });
  return { state: { ...state, ledger: { ...ledger, removed: all } }, effects: [ended] };
}
