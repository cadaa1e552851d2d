import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { carry } from '../../kit/correlation.ts';
import { crashPoint } from '../../kit/crash.ts';
import type { Database, Sql } from '../../kit/database.ts';
import { ShopError } from '../../kit/errors.ts';
import { payloadHash } from '../../kit/idempotency.ts';
import type { Log } from '../../kit/log.ts';
import { type Loop, startLoop } from '../../kit/loop.ts';
import { protects } from '../../kit/protections.ts';
import type { Random } from '../../kit/random.ts';
import type { Seal } from '../../kit/sealed.ts';
import { placeOrder } from '../order/order.ts';
import { CREATE_ORDER, type CreateOrderInput } from './create-order.ts';
import type { SagaFlags } from './decide.ts';
import type { Reversal, SagaDefinition } from './definition.ts';
import { SagaDrive } from './driver.ts';
import { findOrder } from './find-order.ts';
import { intervene, listStuck } from './intervene.ts';
import { type Claim, Fenced, Journal } from './journal.ts';
import { driveNaively } from './naive.ts';
import { SAGA_POLICY, type SagaPolicy } from './policy.ts';
import type {
  Delivered,
  Intervention,
  JournalRow,
  SagaEngine,
  SagaHandle,
  SagaInput,
  SagaStatus,
  SagaTransition,
  SagaView,
  SignalAnswer,
  StuckSaga,
} from './port.ts';
import { reversalOf } from './return-order.ts';
import { noteSignal, statusOf } from './signal.ts';
import { announce, type SagaFacts } from './telemetry.ts';
import { Transcript } from './transcript.ts';

export interface EngineOptions {
  db: Database;
  /** The order's saga (`create-order`) and whatever takes it back. */
  definitions: readonly SagaDefinition[];
  seal: Seal;
  log: Log;
  random: Random;
  /** Name of this instance. */
  instance: string;
  /** True if no other living process has this name: then its former lives' sagas are taken over at once. */
  instanceIsStable: boolean;
  policy?: SagaPolicy;
  clock?: Clock;
}

/** How often parked, orphaned and overdue sagas are looked for, ms. One indexed query each. */
const POLL_MS = 500;

/** The saga engine on our own journal in PostgreSQL. */
export class JournalEngine implements SagaEngine {
  readonly #options: EngineOptions;
  readonly #policy: SagaPolicy;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #owner: string;
  readonly #definitions: ReadonlyMap<string, SagaDefinition>;
  readonly #stop = new AbortController();
  readonly #active = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(transition: SagaTransition) => void>();
  readonly #loops: Loop[];
  #formerLivesEnded: boolean;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#policy = options.policy ?? SAGA_POLICY;
    this.#clock = options.clock ?? systemClock;
    this.#journal = new Journal(options.db, 'journal', this.#policy.leaseMs);
    this.#owner = `${options.instance}/${randomUUID().slice(0, 8)}`;
    this.#definitions = new Map(options.definitions.map((definition) => [definition.type, definition]));
    this.#formerLivesEnded = !options.instanceIsStable;
    const { log, db } = options;
    const every = (name: string, intervalMs: number, run: () => Promise<unknown>) =>
      startLoop({ name, intervalMs, log, run: () => db.whenReady().then(run) });
    this.#loops = [
      every('saga recovery', POLL_MS, async () => (await this.recover()) > 0),
      every('saga deadlines', POLL_MS, () => this.#watch()),
      every('saga leases', this.#policy.leaseMs / 3, () => this.#renew()),
    ];
  }

  async start(input: SagaInput, requestKey: string): Promise<SagaHandle> {
    const { db, seal } = this.#options;
    const { cardToken, ...rest } = input;
    const claim = this.#newClaim(CREATE_ORDER, randomUUID(), randomUUID());
    const { sagaId, orderId } = claim;
    const requestHash = payloadHash(input);
    const stored: CreateOrderInput = { ...rest, orderId, sealedCard: seal.close(cardToken) };
    const driveNow = this.#active.size < this.#policy.concurrency && !this.#stop.signal.aborted;
    const first = this.#firstRow(claim, 'create', 'order is pending');
    const isNew = await db.transaction(async (tx) => {
      if (!(await placeOrder(tx, { ...stored, sagaId, requestKey, requestHash }))) return false;
      return this.#journal.insert(tx, { claim, mode: input.mode, input: stored, first, driveNow });
    });
    crashPoint('create:after-commit');
    if (!isNew) return findOrder(db, requestKey, requestHash);
    const flags = { cancelRequested: false, overdue: false };
    if (driveNow) this.#drive(claim, stored, [first], flags, false);
    return { sagaId, orderId, isNew };
  }

  async signal(sagaId: string, signal: 'cancel' | 'return'): Promise<SignalAnswer> {
    const { db } = this.#options;
    const parts = {
      db,
      journal: this.#journal,
      definitionOf: (type: string) => this.#definition(type),
      reverse: this.#reverse,
    };
    const answer = await noteSignal(parts, sagaId, signal);
    const after = await this.get(sagaId);
    if (!after) throw new Error(`saga ${sagaId} is gone`);
    const row = after.journal.findLast((entry) => entry.status === 'CANCEL_REQUESTED');
    if (row) announce(row, after);
    this.#loops[0]?.nudge();
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
    if (!this.#formerLivesEnded) {
      await this.#journal.expireFormerLives(this.#options.instance, this.#owner);
      this.#formerLivesEnded = true;
    }
    const free = this.#policy.concurrency - this.#active.size;
    if (free <= 0 || this.#stop.signal.aborted) return 0;
    const taken = await this.#journal.claim(this.#owner, Math.min(free, 50));
    for (const { claim, input, flags, orphaned } of taken) {
      const rows = await this.#journal.rows(this.#options.db, claim.sagaId);
      this.#drive(claim, input, rows, flags, orphaned);
    }
    return taken.length;
  }

  stuck(limit: number): Promise<StuckSaga[]> {
    return listStuck(this.#options.db, this.#journal, limit);
  }

  async intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus> {
    const row = await intervene(this.#options.db, this.#journal, sagaId, intervention);
    this.#loops[0]?.nudge();
    const saga = await this.get(sagaId);
    if (!saga) throw new Error(`saga ${sagaId} is gone`);
    announce(row, saga);
    return saga.status;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    await Promise.all(this.#active.values());
  }

  /** Starts driving and sees to its end; a drive that fails leaves its saga to whoever finds the lease over. */
  #drive(claim: Claim, input: unknown, rows: JournalRow[], flags: SagaFlags, orphaned: boolean): void {
    const { log } = this.#options;
    const id = `${claim.sagaId}/${claim.epoch}`;
    const done = this.#run(claim, input, rows, flags, orphaned)
      .catch((err: unknown) => {
        const level = err instanceof Fenced ? 'info' : 'warn';
        log[level]({ err, saga: claim.sagaId }, 'drive ended early; the saga is left to recovery');
      })
      .finally(() => {
        // It may have been parked, woken and taken again under the same epoch before this line is reached.
        if (this.#active.get(id) === done) this.#active.delete(id);
      });
    this.#active.set(id, done);
  }

  async #run(
    claim: Claim,
    input: unknown,
    rows: JournalRow[],
    flags: SagaFlags,
    orphaned: boolean,
  ): Promise<void> {
    const { db, random } = this.#options;
    const definition = this.#definition(claim.type);
    const saga = definition.bind(input);
    const clock = this.#clock;
    const { sagaId, orderId, type } = claim;
    const { mode, amount } = saga.subject;
    const onRow = (row: JournalRow, outcome: JournalOutcome) =>
      this.#tell(row, outcome, { sagaId, orderId, type, mode, amount });
    const transcript = new Transcript({ db, journal: this.#journal, clock, onRow }, claim, rows, flags);
    if (!protects('hardened-saga')) return driveNaively({ definition, saga, transcript });
    const parts = {
      definition,
      saga,
      transcript,
      journal: this.#journal,
      policy: this.#policy,
      clock,
      random,
    };
    const ways = { signal: this.#stop.signal, reverse: this.#reverse };
    await new SagaDrive({ ...parts, ...ways, onStarted: (row) => onRow(row, null) }).run(orphaned);
  }

  /** A saga that takes another one back is driven by whoever looks next. */
  readonly #reverse = async (tx: Sql, { type, sagaId, input }: Reversal): Promise<void> => {
    const { mode, orderId } = this.#definition(type).bind(input).subject;
    const claim = this.#newClaim(type, sagaId, orderId);
    const first = this.#firstRow(claim, '', 'asked for by its owner');
    await this.#journal.insert(tx, { claim, mode, input, first, driveNow: false });
  };

  /** The deadline watchdog: it looks at all sagas, not only at those that are driven here. */
  async #watch(): Promise<void> {
    for (const { sagaId, row } of await this.#journal.markOverdue(this.#policy.deadlineMs)) {
      const saga = await this.get(sagaId);
      if (saga) announce(row, saga);
      this.#loops[0]?.nudge();
    }
  }

  #newClaim(type: string, sagaId: string, orderId: string): Claim {
    return { sagaId, orderId, type, owner: this.#owner, epoch: 1, carrier: carry() };
  }

  #firstRow({ epoch, owner }: Claim, step: string, detail: string): JournalRow {
    const at = this.#clock.now();
    return { step, kind: '', status: 'STARTED', attempt: 1, epoch, owner, key: '', detail, at };
  }

  #definition(type: string): SagaDefinition {
    const definition = this.#definitions.get(type);
    if (definition) return definition;
    throw new ShopError('mode_unsupported', `sagas of type ${type} are unknown here`, 'Check its type.');
  }

  #tell(row: JournalRow, outcome: JournalOutcome, facts: SagaFacts & { amount: number }): void {
    const { amount, ...rest } = facts;
    announce(row, {
      ...rest,
      ...(row.status === 'STARTED' ? { amount } : {}),
      ...(outcome ? { outcome } : {}),
    });
    const { sagaId, orderId } = facts;
    for (const listener of this.#listeners) listener({ sagaId, orderId, row, outcome });
  }

  async #renew(): Promise<void> {
    const ids = [...this.#active.keys()].map((id) => id.slice(0, id.lastIndexOf('/')));
    if (ids.length > 0) await this.#journal.renew(this.#owner, ids);
  }
}

type JournalOutcome = SagaTransition['outcome'];
