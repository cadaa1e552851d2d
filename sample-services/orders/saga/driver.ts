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
import { type Claim, type Journal, type NewRow, SAGA_TYPE, type SagaOrder } from './journal.ts';
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

type Pause = { next: 'go' } | { next: 'wait'; ms: number } | { next: 'stop' };
const GO: Pause = { next: 'go' };
const STOP: Pause = { next: 'stop' };

/**
 * Drives one saga from wherever its journal stands until it ends, has to wait for long (it is parked) or belongs to
 * somebody else. Every row is committed before the next thing happens, with a named crash point on either side.
 */
export class SagaDrive {
  readonly #parts: DriverParts;
  readonly #claim: Claim;
  readonly #input: StepInput;
  readonly #rows: JournalRow[];
  /** Context of each action of this drive, for its compensation to link to. */
  readonly #actionContexts = new Map<StepName, Record<string, string>>();
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
        if (orphaned) await this.#write(note('', 'TAKEOVER', `taken over with epoch ${this.#claim.epoch}`));
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
      if (pause.ms > policy.parkAboveMs) return journal.park(this.#claim, pause.ms);
      await clock.sleep(pause.ms, signal);
      this.#cancelled = await journal.cancelRequested(this.#claim.sagaId);
    }
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
        await this.#write({ ...note(move.step, 'GIVE_UP', move.detail), key: move.cause });
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
    await this.#write({ ...row, status: 'INTENT', detail: '' });
    crashPoint(`${step}:after-intent`);
    const outcome = await withSagaStep(this.#stepInfo(row), async (span) => {
      this.#actionContexts.set(step, injectContext());
      return marked(span, await definition.action(this.#input, key));
    });
    crashPoint(`${step}:after-call`);
    await this.#write({ ...row, ...resultOf(outcome, step) });
    crashPoint(`${step}:after-journal`);
    return this.#pauseAfter(outcome, attempt);
  }

  async #compensate(step: StepName, attempt: number): Promise<Pause> {
    const { policy, steps, random } = this.#parts;
    const definition = steps[step];
    const key = stepKey(this.#claim.sagaId, step, 'compensate');
    const row = { step, kind: 'compensate', attempt, key } as const;
    if (attempt > policy.stuckAfter) await this.#markStuck(step, attempt);
    if (definition.peer.refusing) return this.#parked(row, definition.peer);
    await this.#write({ ...row, status: 'COMPENSATING', detail: '' });
    crashPoint(`${step}:compensate:after-intent`);
    const undoes = this.#actionContexts.get(step);
    const actionKey = stepKey(this.#claim.sagaId, step, 'action');
    const info = { ...this.#stepInfo(row), ...(undoes ? { undoes } : {}) };
    const outcome = await withSagaStep(info, async (span) =>
      marked(span, await definition.compensate(this.#input, key, actionKey)),
    );
    crashPoint(`${step}:compensate:after-call`);
    if (outcome.kind === 'ok') {
      await this.#write({ ...row, status: 'COMPENSATED', detail: `${step} undone` });
      crashPoint(`${step}:compensate:after-journal`);
      return GO;
    }
    await this.#write({ ...row, ...resultOf(outcome, step) });
    return { next: 'wait', ms: fullJitter(random, attempt, policy.compensateBaseMs, policy.compensateCapMs) };
  }

  /** The peer's breaker is open: said once in the journal, then waited for in the database. */
  async #parked(row: Pick<NewRow, 'step' | 'kind' | 'attempt' | 'key'>, peer: Peer): Promise<Pause> {
    const last = this.#rows.at(-1);
    const said = last?.status === 'NOT_SENT' && last.step === row.step && last.kind === row.kind;
    if (!said)
      await this.#write({ ...row, status: 'NOT_SENT', detail: `the breaker of ${peer.name} is open` });
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

  async #markStuck(step: StepName, attempt: number): Promise<void> {
    if (this.#rows.some((row) => row.status === 'STUCK')) return;
    await this.#parts.journal.markStuck(this.#claim);
    await this.#write(
      note(step, 'STUCK', `${step} could not be undone in ${attempt - 1} attempts; trying on`),
    );
  }

  /** Order, outbox, journal and the saga's end are one commit: there is no state in between to crash in. */
  async #finish(outcome: SagaOutcome, reason: string): Promise<void> {
    const { db, journal } = this.#parts;
    const { sagaId, orderId } = this.#claim;
    crashPoint('end:before-commit');
    const written = await db.transaction(async (tx) => {
      const rows: JournalRow[] = [];
      const status = orderStatus(outcome, this.#rows);
      await settleOrder(tx, orderId, sagaId, status, outcome === 'confirmed' ? '' : reason);
      if (outcome === 'confirmed') {
        const confirmed: NewRow = {
          ...note('confirm', 'OK', 'order is confirmed'),
          kind: 'action',
          attempt: 1,
        };
        rows.push((await journal.append(tx, this.#claim, confirmed)).written);
      }
      const notified: NewRow = {
        ...note('notify', 'OK', 'message is in the outbox'),
        kind: 'action',
        attempt: 1,
      };
      rows.push((await journal.append(tx, this.#claim, notified)).written);
      rows.push((await journal.append(tx, this.#claim, note('', 'ENDED', reason))).written);
      await journal.end(tx, this.#claim, outcome);
      return rows;
    });
    crashPoint('end:after-commit');
    for (const row of written) this.#announce(row, row.status === 'ENDED' ? outcome : null);
  }

  async #write(row: NewRow): Promise<void> {
    const { written, cancelRequested } = await this.#parts.journal.append(this.#parts.db, this.#claim, row);
    this.#cancelled = cancelRequested;
    this.#announce(written, null);
  }

  #announce(row: JournalRow, outcome: SagaOutcome | null): void {
    this.#rows.push(row);
    this.#parts.onRow(this.#claim, this.#input, row, outcome);
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
