import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { assertNever } from '@stormglass/agents/contract';
import {
  injectContext,
  type SagaStepInfo,
  withRemoteContext,
  withSagaSpan,
  withSagaStep,
} from '@stormglass/agents/node';
import type { Clock } from '../../kit/clock.ts';
import { crashPoint } from '../../kit/crash.ts';
import type { Database } from '../../kit/database.ts';
import type { PeerOutcome } from '../../kit/peer/outcome.ts';
import type { Peer } from '../../kit/peer/peer.ts';
import { fullJitter, type Random } from '../../kit/random.ts';
import { settleOrder } from '../order-book.ts';
import { decide, type Move, type StepName } from './decide.ts';
import { type Claim, type Journal, SAGA_TYPE, type SagaOrder } from './journal.ts';
import type { SagaPolicy } from './policy.ts';
import type { JournalRow, SagaOutcome } from './port.ts';
import { type Step, type StepInput, stepKey } from './steps.ts';

export interface DriverParts {
  db: Database;
  journal: Journal;
  steps: Record<StepName, Step>;
  policy: SagaPolicy;
  clock: Clock;
  random: Random;
  signal: AbortSignal;
  /** Told of each row after it is committed, in the saga's own trace context. */
  onRow(claim: Claim, input: StepInput, row: JournalRow, outcome: SagaOutcome | null): void;
}

type NewRow = Pick<JournalRow, 'step' | 'kind' | 'status' | 'attempt' | 'key' | 'detail'>;
type Pause = { next: 'go' } | { next: 'wait'; ms: number } | { next: 'stop' };
const GO: Pause = { next: 'go' };
const STOP: Pause = { next: 'stop' };

/**
 * Drives one saga from wherever its journal stands until it ends, has to wait for long (it is parked) or belongs to
 * somebody else. An intent is committed before its call. A call's result is committed together with the next intent (or
 * the end, or before a wait): nothing happens in between, so a crash there is the same as one right after the call.
 */
export class SagaDrive {
  readonly #parts: DriverParts;
  readonly #claim: Claim;
  readonly #input: StepInput;
  readonly #rows: JournalRow[];
  /** Context of each action of this drive, for its compensation to link to. */
  readonly #actionContexts = new Map<StepName, Record<string, string>>();
  /** Decided upon, not yet committed. */
  #unwritten: JournalRow[] = [];
  #cancelled: boolean;

  constructor(parts: DriverParts, claim: Claim, order: SagaOrder, rows: JournalRow[]) {
    this.#parts = parts;
    this.#claim = claim;
    this.#input = order.input;
    this.#cancelled = order.cancelRequested;
    this.#rows = rows;
  }

  /** `orphaned`: its former owner is gone, which the journal has to know before anything else is decided. */
  run(orphaned: boolean): Promise<void> {
    const { sagaId, orderId, carrier } = this.#claim;
    const info = { sagaId, orderId, type: SAGA_TYPE, mode: this.#input.mode };
    return withRemoteContext(carrier, () =>
      withSagaSpan(info, async () => {
        const [started] = this.#rows;
        // Told here and not where the row is written: this is the saga's own span.
        if (started && this.#rows.length === 1) this.#parts.onRow(this.#claim, this.#input, started, null);
        if (orphaned) this.#note(note('', 'TAKEOVER', `taken over with epoch ${this.#claim.epoch}`));
        await this.#loop();
      }),
    );
  }

  async #loop(): Promise<void> {
    const { journal, policy, clock, signal } = this.#parts;
    while (!signal.aborted) {
      const pause = await this.#make(decide(this.#rows, this.#cancelled, policy, clock.now()));
      if (pause.next === 'stop') return;
      if (pause.next === 'go') continue;
      await this.#commit();
      if (pause.ms > policy.parkAboveMs) return journal.park(this.#claim, pause.ms);
      await clock.sleep(pause.ms, signal);
      this.#cancelled = await journal.cancelRequested(this.#claim.sagaId);
    }
    await this.#commit();
    // A graceful stop leaves nothing to a lease's end: another process may take it now.
    await journal.park(this.#claim, 0);
  }

  async #make(move: Move): Promise<Pause> {
    switch (move.do) {
      case 'act':
        return this.#act(move.step, move.attempt);
      case 'compensate':
        return this.#compensate(move.step, move.attempt);
      case 'giveUp':
        // The cause goes where other rows have their key: outcomeOf reads it there.
        this.#note({ ...note(move.step, 'GIVE_UP', move.detail), key: move.cause });
        return GO;
      case 'confirm':
        await this.#finish('confirmed', 'confirmed');
        return STOP;
      case 'end':
        await this.#finish(move.outcome, move.reason);
        return STOP;
      case 'nothing':
        return STOP;
      default:
        return assertNever(move);
    }
  }

  async #act(step: StepName, attempt: number): Promise<Pause> {
    const definition = this.#parts.steps[step];
    const key = stepKey(this.#claim.sagaId, step, 'action');
    const row = { step, kind: 'action', attempt, key } as const;
    if (definition.peer.refusing) return this.#parked(row, definition.peer);
    crashPoint(`${step}:before-intent`);
    // The compensation is registered by this row, before the action can have an effect.
    this.#note({ ...row, status: 'INTENT', detail: '' });
    await this.#commit();
    crashPoint(`${step}:after-intent`);
    if (this.#cancelled) {
      this.#note({ ...row, status: 'NOT_SENT', detail: 'cancelled before it was sent' });
      return GO;
    }
    const outcome = await withSagaStep(this.#stepInfo(row), async (span) => {
      this.#actionContexts.set(step, injectContext());
      return marked(span, await definition.action(this.#input, key));
    });
    crashPoint(`${step}:after-call`);
    this.#note({ ...row, ...resultOf(outcome, step) });
    return this.#pauseAfter(outcome, attempt);
  }

  async #compensate(step: StepName, attempt: number): Promise<Pause> {
    const { policy, steps, random } = this.#parts;
    const definition = steps[step];
    const key = stepKey(this.#claim.sagaId, step, 'compensate');
    const row = { step, kind: 'compensate', attempt, key } as const;
    await this.#markIfStuck(step, attempt);
    if (definition.peer.refusing) return this.#parked(row, definition.peer);
    this.#note({ ...row, status: 'COMPENSATING', detail: '' });
    await this.#commit();
    crashPoint(`${step}:compensate:after-intent`);
    const undoes = this.#actionContexts.get(step);
    const actionKey = stepKey(this.#claim.sagaId, step, 'action');
    const info = { ...this.#stepInfo(row), ...(undoes ? { undoes } : {}) };
    const outcome = await withSagaStep(info, async (span) =>
      marked(span, await definition.compensate(this.#input, key, actionKey)),
    );
    crashPoint(`${step}:compensate:after-call`);
    if (outcome.kind === 'ok') {
      this.#note({ ...row, status: 'COMPENSATED', detail: `${step} undone` });
      return GO;
    }
    this.#note({ ...row, ...resultOf(outcome, step) });
    return { next: 'wait', ms: fullJitter(random, attempt, policy.compensateBaseMs, policy.compensateCapMs) };
  }

  /** The peer's breaker is open: said once in the journal, then waited for in the database. */
  #parked(row: Pick<NewRow, 'step' | 'kind' | 'attempt' | 'key'>, peer: Peer): Pause {
    const last = this.#rows.at(-1);
    const said = last?.status === 'NOT_SENT' && last.step === row.step && last.kind === row.kind;
    if (!said) this.#note({ ...row, status: 'NOT_SENT', detail: `the breaker of ${peer.name} is open` });
    return { next: 'wait', ms: peer.probesInMs + 250 + this.#parts.random() * 750 };
  }

  #pauseAfter(outcome: PeerOutcome<unknown>, attempt: number): Pause {
    const { policy, random } = this.#parts;
    if (outcome.kind === 'ok' || outcome.kind === 'rejected') return GO;
    // An earlier attempt still runs over there: give it its time instead of spending the budget on asking.
    if (outcome.kind === 'ambiguous' && outcome.reason === 'in_progress') return { next: 'wait', ms: 2_000 };
    const ms = fullJitter(random, attempt, policy.retryBaseMs, policy.retryCapMs);
    return { next: 'wait', ms: Math.max(50, ms) };
  }

  async #markIfStuck(step: StepName, attempt: number): Promise<void> {
    const { policy, clock, journal } = this.#parts;
    const since = this.#rows.find((row) => row.status === 'GIVE_UP')?.at ?? clock.now();
    const late = attempt > policy.stuckAfter || clock.now() - since > policy.stuckAfterMs;
    if (!late || this.#rows.some((row) => row.status === 'STUCK')) return;
    await journal.markStuck(this.#claim);
    const seconds = Math.round((clock.now() - since) / 1000);
    const detail = `${step} is not undone after ${seconds} s and ${attempt - 1} attempts; trying on`;
    this.#note(note(step, 'STUCK', detail));
  }

  /** Order, outbox, journal and the saga's end are one commit: there is no state in between to crash in. */
  async #finish(outcome: SagaOutcome, reason: string): Promise<void> {
    const { db, journal } = this.#parts;
    const { sagaId, orderId } = this.#claim;
    if (outcome === 'confirmed') {
      this.#note({ ...note('confirm', 'OK', 'order is confirmed'), kind: 'action', attempt: 1 });
    }
    this.#note({ ...note('notify', 'OK', 'message is in the outbox'), kind: 'action', attempt: 1 });
    this.#note(note('', 'ENDED', reason));
    const status = orderStatus(outcome, this.#rows);
    crashPoint('end:before-commit');
    await db.transaction(async (tx) => {
      await settleOrder(tx, orderId, sagaId, status, outcome === 'confirmed' ? '' : reason);
      await journal.append(tx, this.#claim, this.#unwritten, outcome);
    });
    crashPoint('end:after-commit');
    this.#announce(outcome);
  }

  /** A row that the next commit takes along. */
  #note(row: NewRow): void {
    const { epoch, owner } = this.#claim;
    // Rows of one millisecond keep their order wherever they are sorted by time.
    const after = (this.#rows.at(-1)?.at ?? 0) + 1;
    const full = { ...row, epoch, owner, at: Math.max(after, this.#parts.clock.now()) };
    this.#rows.push(full);
    this.#unwritten.push(full);
  }

  async #commit(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    const { db, journal } = this.#parts;
    this.#cancelled = await journal.append(db, this.#claim, this.#unwritten);
    this.#announce(null);
  }

  /** Only what is committed is told. */
  #announce(outcome: SagaOutcome | null): void {
    const told = this.#unwritten;
    this.#unwritten = [];
    for (const row of told) {
      this.#parts.onRow(this.#claim, this.#input, row, row.status === 'ENDED' ? outcome : null);
    }
  }

  #stepInfo(row: {
    step: string;
    kind: 'action' | 'compensate';
    attempt: number;
    key: string;
  }): SagaStepInfo {
    const { sagaId, orderId } = this.#claim;
    return { sagaId, orderId, type: SAGA_TYPE, mode: this.#input.mode, ...row };
  }
}

/** A step that did not work is an error on its span, though no exception passed through it. */
function marked<T>(span: Span, outcome: PeerOutcome<T>): PeerOutcome<T> {
  if (outcome.kind !== 'ok') {
    span.setStatus({ code: SpanStatusCode.ERROR, message: `${outcome.kind}: ${outcome.message}` });
  }
  return outcome;
}

function note(step: string, status: JournalRow['status'], detail: string): NewRow {
  return { step, kind: '', status, attempt: 0, key: '', detail };
}

function resultOf(outcome: PeerOutcome<unknown>, step: string): Pick<NewRow, 'status' | 'detail'> {
  switch (outcome.kind) {
    case 'ok':
      return { status: 'OK', detail: `${step} done` };
    case 'rejected':
      return { status: 'FAILED', detail: `${outcome.code}: ${outcome.message}` };
    case 'ambiguous':
      return { status: 'AMBIGUOUS', detail: `${outcome.reason}: ${outcome.message}` };
    case 'notSent':
      return { status: 'NOT_SENT', detail: `${outcome.reason}: ${outcome.message}` };
    default:
      return assertNever(outcome);
  }
}

function orderStatus(
  outcome: SagaOutcome,
  rows: readonly JournalRow[],
): 'CONFIRMED' | 'REJECTED' | 'CANCELLED' {
  if (outcome === 'confirmed') return 'CONFIRMED';
  return rows.some((row) => row.status === 'GIVE_UP' && row.key === 'rejected') ? 'REJECTED' : 'CANCELLED';
}
