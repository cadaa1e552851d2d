import { randomUUID } from 'node:crypto';
import { assertNever } from '@stormglass/agents/contract';
import { injectContext, type SagaStepInfo, withSagaSpan, withSagaStep } from '@stormglass/agents/node';
import { backoff, spread } from '../../kit/backoff.ts';
import type { Clock } from '../../kit/clock.ts';
import { carriedBy } from '../../kit/correlation.ts';
import { crashPoint } from '../../kit/crash.ts';
import type { Sql } from '../../kit/database.ts';
import type { PeerOutcome } from '../../kit/peer/outcome.ts';
import type { Peer } from '../../kit/peer/peer.ts';
import { protects } from '../../kit/protections.ts';
import type { Random } from '../../kit/random.ts';
import { decide, type GiveUpCause, type Move } from './decide.ts';
import { type BoundSaga, type Reversal, type SagaDefinition, stepKey } from './definition.ts';
import type { Journal } from './journal.ts';
import { marked, resultOf } from './outcome-row.ts';
import type { SagaPolicy } from './policy.ts';
import type { JournalRow, SagaOutcome } from './port.ts';
import { stuckNow } from './stuck.ts';
import { mark, type NewRow, type Transcript } from './transcript.ts';

export interface DriveParts {
  definition: SagaDefinition;
  saga: BoundSaga;
  transcript: Transcript;
  journal: Journal;
  policy: SagaPolicy;
  clock: Clock;
  random: Random;
  signal: AbortSignal;
  /** Starts what takes a saga back, within the transaction that ends it. */
  reverse(tx: Sql, reversal: Reversal): Promise<void>;
  /** Told of the saga's first row, which was written where it was started. */
  onStarted(row: JournalRow): void;
}

type Call = Pick<NewRow, 'step' | 'attempt' | 'key'> & { kind: 'action' | 'compensate' };
type Pause = { next: 'go' } | { next: 'wait'; ms: number } | { next: 'stop' };
const GO: Pause = { next: 'go' };
const STOP: Pause = { next: 'stop' };

/**
 * Drives one saga from wherever its journal stands until it ends, has to wait for long (it is parked) or belongs to
 * somebody else. An intent is committed before its call. A call's result is committed together with the next intent (or
 * the end, or before a wait): nothing happens in between, so a crash there is the same as one right after the call.
 */
export class SagaDrive {
  readonly #parts: DriveParts;
  readonly #transcript: Transcript;
  /** Context of each action of this drive, for its compensation to link to. */
  readonly #actionContexts = new Map<string, Record<string, string>>();

  constructor(parts: DriveParts) {
    this.#parts = parts;
    this.#transcript = parts.transcript;
  }

  /** `orphaned`: its former owner is gone, which the journal has to know before anything else is decided. */
  run(orphaned: boolean): Promise<void> {
    const { claim, rows } = this.#transcript;
    return carriedBy(claim.carrier, () =>
      withSagaSpan(this.#info(), async () => {
        const [started] = rows;
        // Told here and not where the row is written: this is the saga's own span.
        if (started && rows.length === 1) this.#parts.onStarted(started);
        if (orphaned) this.#transcript.note(mark('', 'TAKEOVER', `taken over with epoch ${claim.epoch}`));
        await this.#loop();
      }),
    );
  }

  async #loop(): Promise<void> {
    const { definition, journal, policy, clock, signal } = this.#parts;
    const transcript = this.#transcript;
    while (!signal.aborted) {
      const known = transcript.flags;
      const move = decide(definition.plan, transcript.rows, known, policy, clock.now());
      const pause = await this.#make(move);
      if (pause.next === 'stop') return;
      if (pause.next === 'go') continue;
      await transcript.commit();
      if (pause.ms > policy.parkAboveMs) return journal.park(transcript.claim, pause.ms, known);
      await clock.sleep(pause.ms, signal);
      await transcript.look();
    }
    await transcript.commit();
    // A graceful stop leaves nothing to a lease's end: another process may take it now.
    await journal.park(transcript.claim, 0, transcript.flags);
  }

  async #make(move: Move): Promise<Pause> {
    switch (move.do) {
      case 'act':
        return this.#act(move.step, move.attempt);
      case 'compensate':
        return this.#compensate(move.step, move.attempt);
      case 'giveUp':
        // The cause goes where other rows have their key: outcomeOf reads it there.
        this.#transcript.note({ ...mark(move.step, 'GIVE_UP', move.detail), key: move.cause });
        return GO;
      case 'complete':
        await this.#finish(this.#parts.definition.completes, '');
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

  async #act(name: string, attempt: number): Promise<Pause> {
    const step = this.#parts.saga.step(name);
    const call: Call = { step: name, kind: 'action', attempt, key: this.#keyFor(name, 'action') };
    const { peer } = step;
    if (this.#isRetriable(name)) this.#markIfStuck(call);
    if (peer.refusing) return this.#parked(call, peer);
    crashPoint(`${name}:before-intent`);
    const registered = protects('register-before');
    if (registered) {
      // The compensation is registered by this row, before the action can have an effect.
      this.#transcript.note({ ...call, status: 'INTENT', detail: '' });
      await this.#transcript.commit();
      crashPoint(`${name}:after-intent`);
      if (this.#transcript.flags.cancelRequested && !this.#isRetriable(name)) {
        this.#transcript.note({ ...call, status: 'NOT_SENT', detail: 'cancelled before it was sent' });
        return GO;
      }
    }
    const outcome = await withSagaStep(this.#stepInfo(call), async (span) => {
      this.#actionContexts.set(name, injectContext());
      return marked(span, await step.action(call.key));
    });
    crashPoint(`${name}:after-call`);
    if (!registered) this.#transcript.note({ ...call, status: 'INTENT', detail: '' });
    this.#transcript.note({ ...call, ...resultOf(outcome, name) });
    return this.#pauseAfter(outcome, call);
  }

  async #compensate(name: string, attempt: number): Promise<Pause> {
    const step = this.#parts.saga.step(name);
    const call: Call = { step: name, kind: 'compensate', attempt, key: this.#keyFor(name, 'compensate') };
    this.#markIfStuck(call);
    if (step.peer.refusing) return this.#parked(call, step.peer);
    this.#transcript.note({ ...call, status: 'COMPENSATING', detail: '' });
    await this.#transcript.commit();
    crashPoint(`${name}:compensate:after-intent`);
    const undoes = this.#actionContexts.get(name);
    const info = { ...this.#stepInfo(call), ...(undoes ? { undoes } : {}) };
    const outcome = await withSagaStep(info, async (span) =>
      marked(span, await step.compensate(call.key, this.#actionKey(name))),
    );
    crashPoint(`${name}:compensate:after-call`);
    if (outcome.kind === 'ok') {
      this.#transcript.note({ ...call, status: 'COMPENSATED', detail: `${name} undone` });
      return GO;
    }
    this.#transcript.note({ ...call, ...resultOf(outcome, name) });
    return { next: 'wait', ms: this.#patientWait(attempt) };
  }

  /** The peer's breaker is open: said once in the journal, then waited for in the database. */
  #parked(call: Call, peer: Peer): Pause {
    const last = this.#transcript.rows.at(-1);
    const said = last?.status === 'NOT_SENT' && last.step === call.step && last.kind === call.kind;
    if (!said) {
      this.#transcript.note({ ...call, status: 'NOT_SENT', detail: `the breaker of ${peer.name} is open` });
    }
    return { next: 'wait', ms: peer.probesInMs + 250 + spread(this.#parts.random) * 750 };
  }

  #pauseAfter(outcome: PeerOutcome<unknown>, { step, attempt }: Call): Pause {
    const { policy, random } = this.#parts;
    if (outcome.kind === 'ok') return GO;
    // An earlier attempt still runs over there: give it its time instead of spending the budget on asking.
    if (outcome.kind === 'ambiguous' && outcome.reason === 'in_progress') return { next: 'wait', ms: 2_000 };
    if (this.#isRetriable(step)) return { next: 'wait', ms: this.#patientWait(attempt) };
    if (outcome.kind === 'rejected') return GO;
    const ms = backoff(random, attempt, policy.retryBaseMs, policy.retryCapMs);
    return { next: 'wait', ms: Math.max(50, ms) };
  }

  /** Between attempts of what is repeated without limit, ms. */
  #patientWait(attempt: number): number {
    const { policy, random } = this.#parts;
    return Math.max(20, backoff(random, attempt, policy.compensateBaseMs, policy.compensateCapMs));
  }

  /** Marks a step which is repeated without limit and does not get through, once until a person decides about it. */
  #markIfStuck({ step, kind }: Call): void {
    const { policy, clock } = this.#parts;
    const detail = stuckNow(this.#transcript.rows, { step, kind }, policy, clock.now());
    if (detail !== null) this.#transcript.note({ ...mark(step, 'STUCK', detail), kind });
  }

  /** Order, outbox, journal and the saga's end are one commit: there is no state in between to crash in. */
  async #finish(outcome: SagaOutcome, reason: string): Promise<void> {
    const { definition, saga, reverse } = this.#parts;
    const { sagaId } = this.#transcript.claim;
    const completed = outcome === definition.completes;
    const closing = completed ? definition.closing : definition.closing.slice(-1);
    for (const { step, detail } of closing) {
      this.#transcript.note({ ...mark(step, 'OK', detail), kind: 'action', attempt: 1 });
    }
    this.#transcript.note(mark('', 'ENDED', completed ? outcome : reason));
    crashPoint('end:before-commit');
    await this.#transcript.end(outcome, async (tx, { cancelRequested }) => {
      await saga.commitEnd(tx, { sagaId, outcome, cause: this.#cause(), reason });
      const reversal = completed && cancelRequested ? saga.reversal(sagaId) : null;
      if (reversal) await reverse(tx, reversal);
    });
    crashPoint('end:after-commit');
  }

  #cause(): GiveUpCause | null {
    const giveUp = this.#transcript.rows.find((row) => row.status === 'GIVE_UP');
    return giveUp ? (giveUp.key as GiveUpCause) : null;
  }

  #keyFor(step: string, kind: 'action' | 'compensate'): string {
    const key = stepKey(this.#transcript.claim.sagaId, step, kind);
    return protects('idempotency-keys') ? key : `${key}/${randomUUID()}`;
  }

  /** The key under which the action was last sent. */
  #actionKey(step: string): string {
    const sent = this.#transcript.rows.findLast(
      (row) => row.step === step && row.kind === 'action' && row.key !== '',
    );
    return sent?.key ?? stepKey(this.#transcript.claim.sagaId, step, 'action');
  }

  #isRetriable(step: string): boolean {
    return this.#parts.definition.plan.steps.some(({ name, kind }) => name === step && kind === 'retriable');
  }

  #info() {
    const { sagaId, orderId, type } = this.#transcript.claim;
    return { sagaId, orderId, type, mode: this.#parts.saga.subject.mode };
  }

  #stepInfo(call: Call): SagaStepInfo {
    return { ...this.#info(), ...call };
  }
}
