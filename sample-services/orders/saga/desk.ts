import { randomUUID } from 'node:crypto';

import type { Clock } from '../../kit/clock.ts';
import { carry } from '../../kit/correlation.ts';
import { crashPoint } from '../../kit/crash.ts';
import type { Database, Sql } from '../../kit/database.ts';
import { ShopError } from '../../kit/errors.ts';
import { payloadHash } from '../../kit/idempotency.ts';
import type { Seal } from '../../kit/sealed.ts';
import { placeOrder } from '../order/order.ts';
import { CREATE_ORDER, type CreateOrderInput } from './create-order.ts';
import type { Reversal, SagaDefinition, SagaSubject } from './definition.ts';
import { findOrder } from './find-order.ts';
import { intervene, listStuck } from './intervene.ts';
import { type Claim, type EngineName, Journal, type Taken } from './journal.ts';
import type { SagaPolicy } from './policy.ts';
import type {
  Delivered,
  Intervention,
  JournalRow,
  SagaHandle,
  SagaInput,
  SagaOutcome,
  SagaStatus,
  SagaTransition,
  SagaView,
  SignalAnswer,
  StuckSaga,
} from './port.ts';
import { reversalOf } from './return-order.ts';
import { noteSignal, statusOf } from './signal.ts';
import { announce } from './telemetry.ts';

export interface DeskOptions {
  engine: EngineName;
  db: Database;
  /** The order's saga (`create-order`) and whatever takes it back. */
  definitions: readonly SagaDefinition[];
  seal: Seal;
  /** Name of this instance. */
  instance: string;
  /** True if no other living process has this name: then its former lives' sagas are taken over at once. */
  instanceIsStable: boolean;
  policy: SagaPolicy;
  clock: Clock;
}

/** A saga as it was just committed. */
export interface Begun {
  handle: SagaHandle;
  claim: Claim;
  input: CreateOrderInput;
  first: JournalRow;
}

/**
 * What is the same whoever runs the sagas: they begin, are looked at, signalled, decided about and told of through the
 * book. How they are run is the engine's business.
 */
export class SagaDesk {
  readonly journal: Journal;
  readonly owner: string;
  readonly #options: DeskOptions;
  readonly #definitions: ReadonlyMap<string, SagaDefinition>;
  readonly #listeners = new Set<(transition: SagaTransition) => void>();
  #formerLivesEnded: boolean;

  constructor(options: DeskOptions) {
    const { db, engine, policy, instance } = options;
    this.#options = options;
    this.journal = new Journal(db, engine, policy.leaseMs);
    this.owner = `${instance}/${randomUUID().slice(0, 8)}`;
    this.#definitions = new Map(options.definitions.map((definition) => [definition.type, definition]));
    this.#formerLivesEnded = !options.instanceIsStable;
  }

  definition(type: string): SagaDefinition {
    const definition = this.#definitions.get(type);
    if (definition) return definition;
    throw new ShopError('mode_unsupported', `sagas of type ${type} are unknown here`, 'Check its type.');
  }

  /** Commits order and saga together. Under a known key it gives the handle of the saga which that key has begun. */
  async begin(order: SagaInput, requestKey: string, driveNow: boolean): Promise<Begun | SagaHandle> {
    const { db, seal } = this.#options;
    const { cardToken, ...rest } = order;
    const claim = this.#newClaim(CREATE_ORDER, randomUUID(), randomUUID());
    const { sagaId, orderId } = claim;
    const requestHash = payloadHash(order);
    const input: CreateOrderInput = { ...rest, orderId, sealedCard: seal.close(cardToken) };
    const first = this.#firstRow(claim, 'create', 'order is pending');
    const placed = { ...input, sagaId, requestKey, requestHash };
    const isNew = await db.transaction(async (tx) => {
      if (!(await placeOrder(tx, placed))) return false;
      return this.journal.insert(tx, { claim, mode: order.mode, input, first, driveNow });
    });
    crashPoint('create:after-commit');
    if (!isNew) return findOrder(db, placed);
    return { handle: { sagaId, orderId, isNew }, claim, input, first };
  }

  async signal(sagaId: string, signal: 'cancel' | 'return'): Promise<SignalAnswer> {
    const definitionOf = (type: string) => this.definition(type);
    const parts = { db: this.#options.db, journal: this.journal, definitionOf, reverse: this.reverse };
    const { noted, ...answer } = await noteSignal(parts, sagaId, signal);
    const after = await this.demand(sagaId);
    const row = after.journal.findLast((entry) => entry.status === 'CANCEL_REQUESTED');
    if (row && noted) announce(row, after);
    return { ...answer, status: after.status };
  }

  async takeBack(order: Delivered): Promise<string> {
    const reversal = reversalOf(order);
    await this.#options.db.transaction((tx) => this.reverse(tx, reversal));
    return reversal.sagaId;
  }

  /** Commits a saga that takes another one back, unless it is there already; it is run by whoever looks next. */
  readonly reverse = async (tx: Sql, { type, sagaId, input }: Reversal): Promise<void> => {
    const { mode, orderId } = this.definition(type).bind(input).subject;
    const claim = this.#newClaim(type, sagaId, orderId);
    const first = this.#firstRow(claim, '', 'asked for by its owner');
    await this.journal.insert(tx, { claim, mode, input, first, driveNow: false });
  };

  async get(sagaId: string): Promise<SagaView | null> {
    const { db } = this.#options;
    const head = await this.journal.head(db, sagaId);
    if (!head) return null;
    const { orderId, type, mode, epoch, overdue } = head;
    const journal = await this.journal.rows(db, sagaId);
    return { sagaId, orderId, type, mode, status: statusOf(head, journal), overdue, epoch, journal };
  }

  /** Of a saga that is there. */
  async demand(sagaId: string): Promise<SagaView> {
    const saga = await this.get(sagaId);
    if (!saga) throw new Error(`saga ${sagaId} is gone`);
    return saga;
  }

  stuck(limit: number): Promise<StuckSaga[]> {
    return listStuck(this.#options.db, this.journal, limit);
  }

  async intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus> {
    const row = await intervene(this.#options.db, this.journal, sagaId, intervention);
    const saga = await this.demand(sagaId);
    announce(row, saga);
    return saga.status;
  }

  /** Takes sagas that are due or whose owner is gone, former lives of this instance first of all. */
  async claim(limit: number): Promise<Taken[]> {
    if (!this.#formerLivesEnded) {
      await this.journal.expireFormerLives(this.#options.instance, this.owner);
      this.#formerLivesEnded = true;
    }
    return this.journal.claim(this.owner, limit);
  }

  /** The deadline watchdog: it looks at all sagas of the engine, whoever runs them. Gives the ids of those it marked. */
  async markOverdue(): Promise<string[]> {
    const marked = await this.journal.markOverdue(this.#options.policy.deadlineMs);
    for (const { sagaId, row } of marked) announce(row, await this.demand(sagaId));
    return marked.map(({ sagaId }) => sagaId);
  }

  on(listener: (transition: SagaTransition) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells telemetry and listeners of a committed row. */
  tell(
    { sagaId, orderId, type }: Pick<Claim, 'sagaId' | 'orderId' | 'type'>,
    { mode, amount }: SagaSubject,
    row: JournalRow,
    outcome: SagaOutcome | null,
  ): void {
    const facts = { sagaId, orderId, type, mode, ...(outcome ? { outcome } : {}) };
    announce(row, row.status === 'STARTED' ? { ...facts, amount } : facts);
    for (const listener of this.#listeners) listener({ sagaId, orderId, row, outcome });
  }

  #newClaim(type: string, sagaId: string, orderId: string): Claim {
    return { sagaId, orderId, type, owner: this.owner, epoch: 1, carrier: carry() };
  }

  #firstRow({ epoch, owner }: Claim, step: string, detail: string): JournalRow {
    const at = this.#options.clock.now();
    return { step, kind: '', status: 'STARTED', attempt: 1, epoch, owner, key: '', detail, at };
  }
}
