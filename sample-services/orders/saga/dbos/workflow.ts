import { DBOS } from '@dbos-inc/dbos-sdk';
import { withSagaSpan, withSagaStep } from '@stormglass/agents/node';
import { backoff, spread } from '../../../kit/backoff.ts';
import { carriedBy } from '../../../kit/correlation.ts';
import { crashPoint } from '../../../kit/crash.ts';
import type { Tx } from '../../../kit/database.ts';
import type { PeerOutcome } from '../../../kit/peer/outcome.ts';
import type { Random } from '../../../kit/random.ts';
import { type GiveUpCause, mayHaveHappened, outcomeOf, SETTLED } from '../decide.ts';
import {
  type BoundSaga,
  type BoundStep,
  type Reversal,
  type SagaDefinition,
  stepKey,
} from '../definition.ts';
import { marked, resultOf } from '../outcome-row.ts';
import type { SagaPolicy } from '../policy.ts';
import type { JournalRow, SagaOutcome } from '../port.ts';
import { stuckNow, stuckRow } from '../stuck.ts';
import { mark, type NewRow } from '../transcript.ts';
import type { SagaBook, Written } from './book.ts';

/** What a workflow is started with; kept by the library. */
export interface WorkflowStart {
  sagaId: string;
  orderId: string;
  type: string;
  input: unknown;
  /** W3C context of the request that started it. */
  carrier: Record<string, string>;
}

export interface WorkflowParts {
  definition: SagaDefinition;
  saga: BoundSaga;
  book: SagaBook;
  policy: SagaPolicy;
  random: Random;
  reverse(tx: Tx, reversal: Reversal): Promise<void>;
  /** Told of each row that was written by this process. */
  onRow(row: JournalRow, outcome: SagaOutcome | null): void;
}

/**
 * A step that throws has met a database that was away. It is repeated for as long as that takes: a workflow that ends
 * with an error is nobody's any more. Constant pauses; days of them.
 */
const UNTIL_WRITTEN = { retriesAllowed: true, maxAttempts: 1_000_000, intervalSeconds: 0.5, backoffRate: 1 };

/** Topic of the messages that end a workflow's wait: something was noted in the book for it. */
export const WAKE = 'wake';

type Call = Pick<NewRow, 'step' | 'attempt' | 'key'> & { kind: 'action' | 'compensate' };
interface GiveUp {
  step: string;
  cause: GiveUpCause;
  detail: string;
}
/** What is recorded of a call: enough to decide, and how long to wait before the next. */
interface CallResult extends Written {
  waitMs: number;
}

/**
 * One saga as a durable workflow: plain code, whose every look at the world is a recorded step. After a crash the library
 * runs it again from the record, so it stands where it stood, with the same compensations before it.
 */
export class SagaWorkflow {
  readonly #parts: WorkflowParts;
  readonly #start: WorkflowStart;
  readonly #rows: JournalRow[] = [];
  #position = 0;
  #seen = '0';

  constructor(parts: WorkflowParts, start: WorkflowStart) {
    this.#parts = parts;
    this.#start = start;
  }

  run(): Promise<SagaOutcome> {
    return carriedBy(this.#start.carrier, () =>
      withSagaSpan(this.#info(), async () => {
        for (const { name } of this.#parts.definition.plan.steps) {
          const giveUp = await this.#forward(name);
          if (giveUp) return this.#undo(giveUp);
        }
        return this.#end(this.#parts.definition.completes, null, '');
      }),
    );
  }

  /** Null when the step is through. */
  async #forward(name: string): Promise<GiveUp | null> {
    const retriable = this.#isRetriable(name);
    const key = stepKey(this.#start.sagaId, name, 'action');
    for (let attempt = 1; ; attempt++) {
      const call: Call = { step: name, kind: 'action', attempt, key };
      if (retriable) await this.#markIfStuck(call);
      crashPoint(`${name}:before-intent`);
      // The compensation is registered by this row, before the action can have an effect.
      await this.#note({ ...call, status: 'INTENT', detail: '' });
      crashPoint(`${name}:after-intent`);
      if (this.#isSettled(call)) return null;
      const asked = retriable ? null : this.#asked(name);
      if (asked) {
        await this.#note({ ...call, status: 'NOT_SENT', detail: `${asked.cause} before it was sent` });
        return asked;
      }
      const waitMs = await this.#call(call, (step) => step.action(key), 'OK');
      if (this.#isSettled(call)) return null;
      const spent = retriable ? null : this.#spent(name);
      if (spent) return spent;
      await DBOS.recv(WAKE, { timeoutSeconds: waitMs / 1000 });
    }
  }

  /** What somebody else wants of a saga that can still turn round. */
  #asked(step: string): GiveUp | null {
    const { definition, policy } = this.#parts;
    const noted = (status: JournalRow['status']) => this.#rows.some((row) => row.status === status);
    const pivot = definition.plan.steps.find(({ kind }) => kind === 'pivot')?.name;
    if (noted('CANCEL_REQUESTED')) {
      return { step, cause: 'cancelled', detail: `cancelled before ${pivot}` };
    }
    if (!noted('OVERDUE')) return null;
    const detail = `not through at its deadline of ${policy.deadlineMs / 1000} s`;
    return { step, cause: 'exhausted', detail };
  }

  /** Why an action is not tried again; null when it is. */
  #spent(step: string): GiveUp | null {
    const { policy } = this.#parts;
    const rows = this.#rows.filter((row) => row.step === step && row.kind === 'action');
    const refused = rows.find((row) => row.status === 'FAILED');
    if (refused) return { step, cause: 'rejected', detail: refused.detail };
    const ambiguous = rows.filter((row) => row.status === 'AMBIGUOUS').length;
    if (ambiguous >= policy.ambiguousAttempts) {
      const detail = `${step} stayed ambiguous after ${ambiguous} attempts`;
      return { step, cause: 'exhausted', detail };
    }
    const forMs = (rows.at(-1)?.at ?? 0) - (rows[0]?.at ?? 0);
    if (forMs <= policy.stepBudgetMs) return null;
    const detail = `${step} did not get through in ${policy.stepBudgetMs / 1000} s`;
    return { step, cause: 'exhausted', detail };
  }

  async #undo({ step, cause, detail }: GiveUp): Promise<SagaOutcome> {
    // The cause goes where other rows have their key: outcomeOf reads it there.
    await this.#note({ ...mark(step, 'GIVE_UP', detail), key: cause });
    for (const { name } of [...this.#parts.definition.plan.steps].reverse()) {
      if (mayHaveHappened(this.#rows, name)) await this.#compensate(name);
    }
    return this.#end(outcomeOf(this.#rows), cause, detail);
  }

  async #compensate(name: string): Promise<void> {
    const key = stepKey(this.#start.sagaId, name, 'compensate');
    const actionKey = stepKey(this.#start.sagaId, name, 'action');
    for (let attempt = 1; ; attempt++) {
      const call: Call = { step: name, kind: 'compensate', attempt, key };
      await this.#markIfStuck(call);
      await this.#note({ ...call, status: 'COMPENSATING', detail: '' });
      crashPoint(`${name}:compensate:after-intent`);
      if (this.#isSettled(call)) return;
      const waitMs = await this.#call(call, (step) => step.compensate(key, actionKey), 'COMPENSATED');
      if (this.#isSettled(call)) return;
      await DBOS.recv(WAKE, { timeoutSeconds: waitMs / 1000 });
    }
  }

  /** The call and the row of its result are one recorded step: run again, it is the same call by its key. */
  async #call(
    call: Call,
    send: (step: BoundStep) => Promise<PeerOutcome<unknown>>,
    success: 'OK' | 'COMPENSATED',
  ): Promise<number> {
    const { saga } = this.#parts;
    const step = saga.step(call.step);
    const crash = call.kind === 'action' ? `${call.step}:after-call` : `${call.step}:compensate:after-call`;
    const position = this.#position++;
    const seen = this.#seen;
    const result = await DBOS.runStep(
      async (): Promise<CallResult> => {
        const outcome = await withSagaStep({ ...this.#info(), ...call }, async (span) =>
          marked(span, await send(step)),
        );
        crashPoint(crash);
        const said = resultOf(outcome, call.step);
        const row = { ...call, ...said, status: outcome.kind === 'ok' ? success : said.status };
        const written = await this.#write(position, seen, row);
        return { ...written, waitMs: this.#waitAfter(outcome, step, call) };
      },
      { ...UNTIL_WRITTEN, name: `${call.step} ${call.kind} ${call.attempt}` },
    );
    this.#learn(result);
    return result.waitMs;
  }

  #waitAfter(outcome: PeerOutcome<unknown>, { peer }: BoundStep, { step, kind, attempt }: Call): number {
    const { policy, random } = this.#parts;
    if (peer.refusing) return peer.probesInMs + 250 + spread(random) * 750;
    if (outcome.kind === 'ambiguous' && outcome.reason === 'in_progress') return 2_000;
    const patient = kind === 'compensate' || this.#isRetriable(step);
    const base = patient ? policy.compensateBaseMs : policy.retryBaseMs;
    const cap = patient ? policy.compensateCapMs : policy.retryCapMs;
    return Math.max(50, backoff(random, attempt, base, cap));
  }

  async #markIfStuck({ step, kind }: Call): Promise<void> {
    // By the record's own time: the workflow decides the same when it is run again.
    const now = this.#rows.at(-1)?.at ?? 0;
    const detail = stuckNow(this.#rows, { step, kind }, this.#parts.policy, now);
    if (detail !== null) await this.#note({ ...mark(step, 'STUCK', detail), kind });
  }

  async #note(row: NewRow): Promise<void> {
    const position = this.#position++;
    const seen = this.#seen;
    const name = [row.step, row.kind, row.status].filter(Boolean).join(' ');
    this.#learn(await DBOS.runStep(() => this.#write(position, seen, row), { ...UNTIL_WRITTEN, name }));
  }

  async #write(position: number, seen: string, row: NewRow): Promise<Written> {
    const stuck = row.status === 'STUCK' || (stuckRow(this.#rows) !== null && !SETTLED.has(row.status));
    const placed = { sagaId: this.#start.sagaId, position, row };
    const written = await this.#parts.book.write(placed, seen, stuck);
    if (written.isNew && written.row) this.#parts.onRow(written.row, null);
    return written;
  }

  #learn({ row, others, seen }: Written): void {
    this.#rows.push(...others);
    if (row) this.#rows.push(row);
    this.#seen = seen;
  }

  /** Its end, the order's, and what they promise to tell are one commit. */
  async #end(outcome: SagaOutcome, cause: GiveUpCause | null, reason: string): Promise<SagaOutcome> {
    const { definition, saga, book, reverse, onRow } = this.#parts;
    const { sagaId } = this.#start;
    const completed = outcome === definition.completes;
    const closing = (completed ? definition.closing : definition.closing.slice(-1)).map(
      ({ step, detail }): NewRow => ({ ...mark(step, 'OK', detail), kind: 'action', attempt: 1 }),
    );
    const last = [...closing, mark('', 'ENDED', completed ? outcome : reason)];
    const rows = last.map((row) => ({ sagaId, position: this.#position++, row }));
    await DBOS.runStep(
      async () => {
        crashPoint('end:before-commit');
        const written = await book.end(sagaId, outcome, rows, async (tx, cancelRequested) => {
          await saga.commitEnd(tx, { sagaId, outcome, cause, reason });
          const reversal = completed && cancelRequested ? saga.reversal(sagaId) : null;
          if (reversal) await reverse(tx, reversal);
        });
        crashPoint('end:after-commit');
        for (const row of written) onRow(row, row.status === 'ENDED' ? outcome : null);
      },
      { ...UNTIL_WRITTEN, name: 'end' },
    );
    return outcome;
  }

  #isRetriable(step: string): boolean {
    const { steps } = this.#parts.definition.plan;
    return steps.some(({ name, kind }) => name === step && kind === 'retriable');
  }

  #isSettled({ step, kind }: Call): boolean {
    return this.#rows.some((row) => row.step === step && row.kind === kind && SETTLED.has(row.status));
  }

  #info() {
    const { sagaId, orderId, type } = this.#start;
    return { sagaId, orderId, type, mode: this.#parts.saga.subject.mode };
  }
}
