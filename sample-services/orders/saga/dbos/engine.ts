import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { carry } from '../../../kit/correlation.ts';
import { crashPoint } from '../../../kit/crash.ts';
import type { Tx } from '../../../kit/database.ts';
import { ShopError } from '../../../kit/errors.ts';
import { payloadHash } from '../../../kit/idempotency.ts';
import { type Loop, startLoop } from '../../../kit/loop.ts';
import { placeOrder } from '../../order/order.ts';
import { CREATE_ORDER, type CreateOrderInput } from '../create-order.ts';
import type { Reversal, SagaDefinition } from '../definition.ts';
import type { EngineOptions } from '../engine.ts';
import { findOrder } from '../find-order.ts';
import { intervene, listStuck } from '../intervene.ts';
import { type Claim, Journal, type Taken } from '../journal.ts';
import { SAGA_POLICY, type SagaPolicy } from '../policy.ts';
import type {
  Delivered,
  Intervention,
  JournalRow,
  SagaEngine,
  SagaHandle,
  SagaInput,
  SagaOutcome,
  SagaStatus,
  SagaTransition,
  SagaView,
  SignalAnswer,
  StuckSaga,
} from '../port.ts';
import { reversalOf } from '../return-order.ts';
import { noteSignal, statusOf } from '../signal.ts';
import { announce, type SagaFacts } from '../telemetry.ts';
import { SagaBook } from './book.ts';
import { launchDbos, shutDownDbos } from './launch.ts';
import { SagaWorkflow, WAKE, type WorkflowStart } from './workflow.ts';

/** How often orphaned and overdue sagas are looked for, ms. */
const POLL_MS = 500;
const RUNNING = new Set(['PENDING', 'ENQUEUED', 'DELAYED']);

export interface DbosEngineOptions extends EngineOptions {
  /** Of the orders service; the library uses a schema of its own in it. */
  databaseUrl: string;
}

/**
 * The saga engine on DBOS: each saga is a durable workflow. The library records, replays, waits and fences; `saga` and
 * `saga_step` are the book in which people read, and in which wishes, deadlines and decisions are noted under a lock, so
 * that a signal's answer is exact. One in a process: the library's registry is global.
 */
export class DbosEngine implements SagaEngine {
  readonly #options: DbosEngineOptions;
  readonly #policy: SagaPolicy;
  readonly #journal: Journal;
  readonly #book: SagaBook;
  readonly #owner: string;
  readonly #definitions: ReadonlyMap<string, SagaDefinition>;
  readonly #stop = new AbortController();
  readonly #running = new Map<string, number>();
  readonly #listeners = new Set<(transition: SagaTransition) => void>();
  readonly #loops: Loop[];
  readonly #workflow: (start: WorkflowStart) => Promise<SagaOutcome>;
  readonly #launched: Promise<void>;
  #formerLivesEnded: boolean;

  constructor(options: DbosEngineOptions) {
    const { db, log, instance, databaseUrl } = options;
    this.#options = options;
    this.#policy = options.policy ?? SAGA_POLICY;
    this.#journal = new Journal(db, 'dbos', this.#policy.leaseMs);
    this.#book = new SagaBook(db, this.#policy.leaseMs);
    this.#owner = `${instance}/${randomUUID().slice(0, 8)}`;
    this.#definitions = new Map(options.definitions.map((definition) => [definition.type, definition]));
    this.#formerLivesEnded = !options.instanceIsStable;
    this.#workflow = DBOS.registerWorkflow((start: WorkflowStart) => this.#run(start), {
      name: 'saga',
      // A service that is killed again and again must not lose a saga by counting.
      maxRecoveryAttempts: 1_000_000,
    });
    const launch = { databaseUrl, executorId: instance, log, signal: this.#stop.signal };
    // The book comes first: a workflow that is taken up again writes into it at once.
    this.#launched = db.whenReady().then(() => launchDbos(launch));
    const every = (name: string, intervalMs: number, run: () => Promise<unknown>) =>
      startLoop({ name, intervalMs, log, run: () => this.#launched.then(run) });
    this.#loops = [
      every('saga recovery', POLL_MS, async () => (await this.recover()) > 0),
      every('saga deadlines', POLL_MS, () => this.#watch()),
      every('saga leases', this.#policy.leaseMs / 3, () => this.#renew()),
    ];
  }

  async start(input: SagaInput, requestKey: string): Promise<SagaHandle> {
    const { db, seal } = this.#options;
    await this.whenLaunched();
    const { cardToken, ...rest } = input;
    const claim = this.#newClaim(CREATE_ORDER, randomUUID(), randomUUID());
    const { sagaId, orderId } = claim;
    const requestHash = payloadHash(input);
    const stored: CreateOrderInput = { ...rest, orderId, sealedCard: seal.close(cardToken) };
    const first = firstRow(claim, 'create', 'order is pending');
    const isNew = await db.transaction(async (tx) => {
      if (!(await placeOrder(tx, { ...stored, sagaId, requestKey, requestHash }))) return false;
      return this.#journal.insert(tx, { claim, mode: input.mode, input: stored, first, driveNow: true });
    });
    crashPoint('create:after-commit');
    if (!isNew) return findOrder(db, requestKey, requestHash);
    const { mode, amount } = stored;
    this.#tell(first, null, { sagaId, orderId, type: CREATE_ORDER, mode, amount });
    // Durable already: if the library does not take it now, recovery starts it.
    await this.#begin(claim, stored).catch((err: unknown) => {
      this.#options.log.warn({ err, saga: sagaId }, 'workflow not started; the saga is left to recovery');
    });
    return { sagaId, orderId, isNew };
  }

  async signal(sagaId: string, signal: 'cancel' | 'return'): Promise<SignalAnswer> {
    const parts = {
      db: this.#options.db,
      journal: this.#journal,
      definitionOf: (type: string) => this.#definition(type),
      reverse: this.#reverse,
    };
    const answer = await noteSignal(parts, sagaId, signal);
    await this.#wake(sagaId);
    const after = await this.#demand(sagaId);
    const row = after.journal.findLast((entry) => entry.status === 'CANCEL_REQUESTED');
    if (row) announce(row, after);
    return { ...answer, status: after.status };
  }

  async takeBack(order: Delivered): Promise<string> {
    const reversal = reversalOf(order);
    await this.#options.db.transaction((tx) => this.#reverse(tx, reversal));
    this.#loops[0]?.nudge();
    return reversal.sagaId;
  }

  async get(sagaId: string): Promise<SagaView | null> {
    const { db } = this.#options;
    const head = await this.#journal.head(db, sagaId);
    if (!head) return null;
    const { orderId, type, mode, epoch, overdue } = head;
    const journal = await this.#journal.rows(db, sagaId);
    return { sagaId, orderId, type, mode, status: statusOf(head, journal), overdue, epoch, journal };
  }

  on(_event: 'transition', listener: (transition: SagaTransition) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async recover(): Promise<number> {
    if (this.#stop.signal.aborted) return 0;
    if (!this.#formerLivesEnded) {
      await this.#journal.expireFormerLives(this.#options.instance, this.#owner);
      this.#formerLivesEnded = true;
    }
    const taken = await this.#journal.claim(this.#owner, 50);
    for (const one of taken) await this.#takeUp(one);
    return taken.length;
  }

  stuck(limit: number): Promise<StuckSaga[]> {
    return listStuck(this.#options.db, this.#journal, limit);
  }

  async intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus> {
    const row = await intervene(this.#options.db, this.#journal, sagaId, intervention);
    await this.#wake(sagaId);
    const saga = await this.#demand(sagaId);
    announce(row, saga);
    return saga.status;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    await this.#launched;
    await shutDownDbos();
  }

  /** The workflow's body, at its first run and whenever the library runs it again. */
  async #run(start: WorkflowStart): Promise<SagaOutcome> {
    const { sagaId, orderId, type } = start;
    const { random } = this.#options;
    const definition = this.#definition(type);
    const saga = definition.bind(start.input);
    const { mode, amount } = saga.subject;
    const onRow = (row: JournalRow, outcome: SagaOutcome | null) =>
      this.#tell(row, outcome, { sagaId, orderId, type, mode, amount });
    const parts = { definition, saga, book: this.#book, policy: this.#policy, random, onRow };
    this.#running.set(sagaId, (this.#running.get(sagaId) ?? 0) + 1);
    try {
      return await new SagaWorkflow({ ...parts, reverse: this.#reverse }, start).run();
    } finally {
      const left = (this.#running.get(sagaId) ?? 1) - 1;
      if (left > 0) this.#running.set(sagaId, left);
      else this.#running.delete(sagaId);
    }
  }

  async #begin({ sagaId, orderId, type, carrier }: Claim, input: unknown): Promise<void> {
    await DBOS.startWorkflow(this.#workflow, { workflowID: sagaId })({
      sagaId,
      orderId,
      type,
      input,
      carrier,
    });
  }

  /** A saga that nobody runs: begun if that never happened, resumed here if its process is gone. */
  async #takeUp({ claim, input, orphaned }: Taken): Promise<void> {
    const { sagaId } = claim;
    const known = await DBOS.getWorkflowStatus(sagaId);
    if (orphaned) await this.#book.noteTakeover(sagaId);
    if (known === null) return this.#begin(claim, input);
    // What this executor left pending in a former life the library has taken up by itself.
    if (known.executorId === DBOS.executorID && RUNNING.has(known.status)) return;
    await DBOS.resumeWorkflow(sagaId);
  }

  /** Ends a workflow's wait, so that it looks at its book now. */
  async #wake(sagaId: string): Promise<void> {
    // One that was not begun yet, or has ended, does not wait.
    if ((await DBOS.getWorkflowStatus(sagaId)) === null) return;
    await DBOS.send(sagaId, 'look', WAKE);
  }

  readonly #reverse = async (tx: Tx, { type, sagaId, input }: Reversal): Promise<void> => {
    const { mode, orderId } = this.#definition(type).bind(input).subject;
    const claim = this.#newClaim(type, sagaId, orderId);
    const first = firstRow(claim, '', 'asked for by its owner');
    await this.#journal.insert(tx, { claim, mode, input, first, driveNow: false });
  };

  async #watch(): Promise<void> {
    for (const { sagaId, row } of await this.#journal.markOverdue(this.#policy.deadlineMs)) {
      await this.#wake(sagaId);
      announce(row, await this.#demand(sagaId));
    }
  }

  async #renew(): Promise<void> {
    const ids = [...this.#running.keys()];
    if (ids.length > 0) await this.#journal.renew(this.#owner, ids);
  }

  #newClaim(type: string, sagaId: string, orderId: string): Claim {
    return { sagaId, orderId, type, owner: this.#owner, epoch: 1, carrier: carry() };
  }

  async #demand(sagaId: string): Promise<SagaView> {
    const saga = await this.get(sagaId);
    if (!saga) throw new Error(`saga ${sagaId} is gone`);
    return saga;
  }

  /** Throws while the library is not launched. */
  async whenLaunched(): Promise<void> {
    if (DBOS.isInitialized()) return;
    throw new ShopError('unavailable', 'the workflows are not launched yet', 'Try again in a second.');
  }

  #definition(type: string): SagaDefinition {
    const definition = this.#definitions.get(type);
    if (definition) return definition;
    throw new ShopError('mode_unsupported', `sagas of type ${type} are unknown here`, 'Check its type.');
  }

  #tell(row: JournalRow, outcome: SagaOutcome | null, facts: SagaFacts & { amount: number }): void {
    const { amount, ...rest } = facts;
    announce(row, {
      ...rest,
      ...(row.status === 'STARTED' ? { amount } : {}),
      ...(outcome ? { outcome } : {}),
    });
    const { sagaId, orderId } = facts;
    for (const listener of this.#listeners) listener({ sagaId, orderId, row, outcome });
  }
}

function firstRow({ epoch, owner }: Claim, step: string, detail: string): JournalRow {
  return { step, kind: '', status: 'STARTED', attempt: 1, epoch, owner, key: '', detail, at: Date.now() };
}
