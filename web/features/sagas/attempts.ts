import type { SagaEvent } from '@stormglass/agents/contract';

export type AttemptOutcome = 'ok' | 'failed' | 'ambiguous' | 'not_sent' | 'running';

/** One call of a step or of its compensation. Epoch milliseconds. */
export interface Attempt {
  number: number;
  startedAt: number;
  endedAt: number | null;
  outcome: AttemptOutcome;
  detail: string;
  key: string;
}

export type StepState = AttemptOutcome | 'never';

/** A failure before anything left the process: the breaker (or a bulkhead) turned the call away. */
export function neverSent(e: SagaEvent): boolean {
  return /not sent|breaker|turned away|bulkhead|circuit/i.test(`${e.detail} ${e.outcome}`);
}

function outcomeOf(e: SagaEvent): AttemptOutcome | null {
  switch (e.event) {
    case 'step_completed':
    case 'compensated':
      return 'ok';
    case 'step_ambiguous':
      return neverSent(e) ? 'not_sent' : 'ambiguous';
    case 'step_failed':
      return neverSent(e) ? 'not_sent' : 'failed';
    default:
      return null;
  }
}

export function isUndo(e: SagaEvent): boolean {
  return e.kind === 'compensate' || e.event === 'compensated' || e.event === 'compensation_started';
}

function open(attempts: Attempt[], e: SagaEvent): void {
  const last = attempts[attempts.length - 1];
  if (last && last.endedAt === null && last.number === e.attempt) return;
  attempts.push({
    number: e.attempt,
    startedAt: e.at,
    endedAt: null,
    outcome: 'running',
    detail: e.detail,
    key: e.key,
  });
}

function close(attempts: Attempt[], e: SagaEvent, outcome: AttemptOutcome): void {
  const last = attempts[attempts.length - 1];
  if (last && last.endedAt === null) {
    last.endedAt = e.at;
    last.outcome = outcome;
    last.detail = e.detail || last.detail;
    return;
  }
  attempts.push({ number: e.attempt, startedAt: e.at, endedAt: e.at, outcome, detail: e.detail, key: e.key });
}

/** What a person decided about a step stands where its last attempt failed. */
function decided(attempts: Attempt[], e: SagaEvent): void {
  const last = attempts[attempts.length - 1];
  if (!last) return;
  last.endedAt = e.at;
  last.outcome = e.event === 'resolved' ? 'ok' : 'failed';
  last.detail = `${e.event} by ${e.detail}`;
}

export interface Draft {
  forward: Attempt[];
  undo: Attempt[];
}

/** The attempts of each step, forward and back, in the order of the journal. */
export function collect(journal: SagaEvent[]): Map<string, Draft> {
  const steps = new Map<string, Draft>();
  for (const e of journal) {
    if (e.step === '' || e.event === 'started' || e.event === 'completed' || e.event === 'takeover') continue;
    const draft = steps.get(e.step) ?? { forward: [], undo: [] };
    steps.set(e.step, draft);
    const attempts = isUndo(e) ? draft.undo : draft.forward;
    if (e.event === 'skipped' || e.event === 'resolved') decided(attempts, e);
    const outcome = outcomeOf(e);
    if (outcome !== null) close(attempts, e, outcome);
    else if (e.event === 'step_intent' || e.event === 'compensation_started') open(attempts, e);
  }
  return steps;
}

/** How a step stands after its last attempt; one left open by a saga that ended is ambiguous. */
export function stateOf(attempts: Attempt[], ended: boolean): StepState {
  const last = attempts[attempts.length - 1];
  if (!last) return 'never';
  return last.outcome === 'running' && ended ? 'ambiguous' : last.outcome;
}
