import type { SagaDetail, SagaEvent } from '@stormglass/agents/contract';
import { type Attempt, collect, isUndo, neverSent, type StepState, stateOf } from './attempts.ts';

export interface StepView {
  step: string;
  /** After this step there is no way back. */
  pivot: boolean;
  state: StepState;
  attempts: Attempt[];
  undo: { state: StepState; attempts: Attempt[]; order: number } | null;
}

export interface LeaseSpan {
  epoch: number;
  owner: string;
  from: number;
  to: number;
  /** How long nobody held it before, ms. */
  parkedMs: number;
}

/** A step which does not get through and waits for a person. Epoch milliseconds. */
export interface StuckStep {
  step: string;
  undoing: boolean;
  since: number;
  /** Attempts of it so far. */
  attempts: number;
  /** Why the last one failed. */
  failure: string;
}

export interface JournalRow {
  number: number;
  at: number;
  /** Milliseconds since the row before; null for the first. */
  afterMs: number | null;
  what: string;
  tone: 'ok' | 'degraded' | 'failing' | 'open' | 'comp' | 'plain';
  step: string;
  attempt: number;
  epoch: number;
  key: string;
  detail: string;
}

export interface SagaView {
  steps: StepView[];
  startedAt: number;
  endedAt: number | null;
  /** When it turned back; null when it did not. */
  turnedAt: number | null;
  turnReason: string;
  leases: LeaseSpan[];
  /** Waits of at least IDLE_MS in which nothing was written. */
  idleMs: number;
  sent: number;
  ambiguous: number;
  notSent: number;
  rows: JournalRow[];
  /** Null when no step waits for a person. */
  stuck: StuckStep | null;
}

/** A wait this long between two rows is folded. */
export const IDLE_MS = 1_000;
/** Between two owners: shorter handovers are not drawn as parked. */
const PARKED_MS = 50;

/** Steps and pivot of saga types that are known by name; others are drawn in the order in which they were seen. */
const PLANS: Record<string, { steps: string[]; pivot: string }> = {
  'return-order': { steps: ['collect', 'refund', 'restock', 'notify'], pivot: '' },
  'create-order': { steps: ['reserve', 'charge', 'ship', 'confirm', 'notify'], pivot: 'ship' },
};

function stepsOf(detail: SagaDetail, journal: SagaEvent[]): StepView[] {
  const drafts = collect(journal);
  const plan = PLANS[detail.type];
  const names = [...new Set([...(plan?.steps ?? []), ...drafts.keys()])];
  const ended = detail.endedAt !== null;
  const undone = names
    .map((step) => ({ step, at: drafts.get(step)?.undo[0]?.startedAt }))
    .filter((u): u is { step: string; at: number } => u.at !== undefined)
    .sort((a, b) => a.at - b.at)
    .map((u) => u.step);
  return names.map((step) => {
    const draft = drafts.get(step) ?? { forward: [], undo: [] };
    const undo =
      draft.undo.length === 0
        ? null
        : {
            state: stateOf(draft.undo, ended),
            attempts: draft.undo,
            order: undone.indexOf(step) + 1,
          };
    return {
      step,
      pivot: plan?.pivot === step,
      state: stateOf(draft.forward, ended),
      attempts: draft.forward,
      undo,
    };
  });
}

function leasesOf(journal: SagaEvent[]): LeaseSpan[] {
  const leases: LeaseSpan[] = [];
  for (const e of journal) {
    const last = leases[leases.length - 1];
    if (last && last.epoch === e.epoch) {
      last.to = e.at;
      if (last.owner === '') last.owner = e.owner;
      continue;
    }
    const parked = last ? e.at - last.to : 0;
    leases.push({
      epoch: e.epoch,
      owner: e.owner,
      from: e.at,
      to: e.at,
      parkedMs: parked >= PARKED_MS ? parked : 0,
    });
  }
  return leases;
}

function label(e: SagaEvent): Pick<JournalRow, 'what' | 'tone'> {
  switch (e.event) {
    case 'started':
      return { what: 'STARTED', tone: 'plain' };
    case 'step_intent':
      return { what: 'INTENT', tone: 'plain' };
    case 'step_completed':
      return isUndo(e) ? { what: 'COMPENSATED', tone: 'comp' } : { what: 'OK', tone: 'ok' };
    case 'step_failed':
      return neverSent(e) ? { what: 'NOT SENT', tone: 'open' } : { what: 'FAILED', tone: 'failing' };
    case 'step_ambiguous':
      return neverSent(e) ? { what: 'NOT SENT', tone: 'open' } : { what: 'AMBIGUOUS', tone: 'degraded' };
    case 'compensation_started':
      return { what: 'COMPENSATING', tone: 'comp' };
    case 'compensated':
      return { what: 'COMPENSATED', tone: 'comp' };
    case 'cancel_requested':
      return { what: 'CANCEL', tone: 'comp' };
    case 'stuck':
      return { what: 'STUCK', tone: 'failing' };
    case 'overdue':
      return { what: 'OVERDUE', tone: 'degraded' };
    case 'skipped':
      return { what: 'SKIPPED', tone: 'failing' };
    case 'resolved':
      return { what: 'RESOLVED', tone: 'ok' };
    case 'takeover':
      return { what: 'TAKEOVER', tone: 'degraded' };
    case 'completed':
      return { what: 'ENDED', tone: 'plain' };
    default:
      return { what: e.event.toUpperCase().replaceAll('_', ' '), tone: 'plain' };
  }
}

function rowsOf(journal: SagaEvent[], sagaId: string): JournalRow[] {
  return journal.map((e, i) => {
    const before = journal[i - 1];
    return {
      number: i + 1,
      at: e.at,
      afterMs: before ? e.at - before.at : null,
      ...label(e),
      step: e.step || e.type,
      attempt: e.attempt,
      epoch: e.epoch,
      key: e.key.startsWith(sagaId) ? e.key.slice(sagaId.length) : e.key,
      detail: e.detail || (e.event === 'completed' ? e.outcome : ''),
    };
  });
}

/** A call is under way after these. */
const CALLING = new Set(['step_intent', 'compensation_started']);

/** Time in which nothing was under way: the wait for the answer of a call is none of it, unless its owner was lost. */
function idleOf(journal: SagaEvent[]): number {
  let idle = 0;
  for (const [i, e] of journal.entries()) {
    const before = journal[i - 1];
    if (!before || (CALLING.has(before.event) && before.epoch === e.epoch)) continue;
    if (e.at - before.at >= IDLE_MS) idle += e.at - before.at;
  }
  return idle;
}

const UNSTUCK = new Set(['step_completed', 'compensated', 'retried', 'skipped', 'resolved']);

function stuckOf(journal: SagaEvent[], steps: StepView[], ended: boolean): StuckStep | null {
  const at = journal.findLastIndex((e) => e.event === 'stuck');
  const stuck = journal[at];
  if (ended || !stuck) return null;
  if (journal.slice(at + 1).some((e) => e.step === stuck.step && UNSTUCK.has(e.event))) return null;
  const undoing = stuck.kind !== 'action';
  const step = steps.find((s) => s.step === stuck.step);
  const attempts = (undoing ? step?.undo?.attempts : step?.attempts) ?? [];
  const failed = attempts.findLast((a) => a.outcome !== 'running');
  const failure = failed?.detail ?? stuck.detail;
  return { step: stuck.step, undoing, since: stuck.at, attempts: attempts.length, failure };
}

/** Everything the page draws of one saga, from its journal alone. */
export function sagaView(detail: SagaDetail): SagaView {
  const journal = [...detail.journal].sort((a, b) => a.at - b.at);
  const steps = stepsOf(detail, journal);
  const rows = rowsOf(journal, detail.sagaId);
  const turn = journal.find(
    (e) => e.event === 'compensation_started' || (e.kind === 'compensate' && e.event === 'step_intent'),
  );
  const all = steps.flatMap((s) => [...s.attempts, ...(s.undo?.attempts ?? [])]);
  return {
    steps,
    startedAt: detail.startedAt,
    endedAt: detail.endedAt,
    turnedAt: turn?.at ?? null,
    turnReason: turn?.detail ?? '',
    leases: leasesOf(journal),
    idleMs: idleOf(journal),
    sent: all.filter((a) => a.outcome !== 'not_sent').length,
    ambiguous: all.filter((a) => a.outcome === 'ambiguous').length,
    notSent: all.filter((a) => a.outcome === 'not_sent').length,
    rows,
    stuck: stuckOf(journal, steps, detail.endedAt !== null),
  };
}

/** An order can be cancelled until it ended, and be returned when it was delivered; a return cannot be taken back. */
export function cancellable(type: string, status: string): boolean {
  return type !== 'return-order' && !['compensated', 'rejected', 'failed'].includes(status);
}

/** Telemetry carries the amount in minor units: 8490 is `84.90`. Empty when unknown. */
export function moneyText(minor: number | null): string {
  return minor === null ? '' : (minor / 100).toFixed(2);
}

/** The tone of a saga's status, for its tag. */
export function statusTone(status: string): 'ok' | 'comp' | 'failing' | 'degraded' | 'unknown' {
  switch (status) {
    case 'confirmed':
      return 'ok';
    case 'compensated':
    case 'compensating':
    case 'returned':
      return 'comp';
    case 'stuck':
    case 'failed':
      return 'failing';
    case 'rejected':
      return 'degraded';
    default:
      return 'unknown';
  }
}
