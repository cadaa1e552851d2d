import { randomUUID } from 'node:crypto';
import { injectContext } from '@stormglass/agents/node';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { crashPoint } from '../../kit/crash.ts';
import type { Database } from '../../kit/database.ts';
import { ShopError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import { type Loop, startLoop } from '../../kit/loop.ts';
import type { Random } from '../../kit/random.ts';
import { createOrder, findOrder } from './create.ts';
import { pivotPassed, type StepName } from './decide.ts';
import { SagaDrive } from './driver.ts';
import { type Claim, Fenced, Journal, type SagaOrder } from './journal.ts';
import { SAGA_POLICY, type SagaPolicy } from './policy.ts';
import type { JournalRow, SagaEngine, SagaHandle, SagaInput, SagaTransition, SagaView } from './port.ts';
import type { Step } from './steps.ts';
import { announce } from './telemetry.ts';

export interface EngineOptions {
  db: Database;
  steps: Record<StepName, Step>;
  log: Log;
  random: Random;
  /** Name of this instance. */
  instance: string;
  /** True if no other living process has this name: then its former lives' sagas are taken over at once. */
  instanceIsStable: boolean;
  policy?: SagaPolicy;
  clock?: Clock;
}

/** How often parked and orphaned sagas are looked for, ms. One indexed query. */
const POLL_MS = 500;

/** The saga engine on our own journal in PostgreSQL. */
export class JournalEngine implements SagaEngine {
  readonly #options: EngineOptions;
  readonly #policy: SagaPolicy;
  readonly #journal: Journal;
  readonly #owner: string;
  readonly #stop = new AbortController();
  readonly #active = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(transition: SagaTransition) => void>();
  readonly #loops: Loop[];
  #formerLivesEnded: boolean;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#policy = options.policy ?? SAGA_POLICY;
    this.#journal = new Journal(options.db, this.#policy.leaseMs);
    this.#owner = `${options.instance}/${randomUUID().slice(0, 8)}`;
    this.#formerLivesEnded = !options.instanceIsStable;
    const { log, db } = options;
    this.#loops = [
      startLoop({
        name: 'saga recovery',
        intervalMs: POLL_MS,
        log,
        run: async () => {
          await db.whenReady();
          return (await this.recover()) > 0;
        },
      }),
      startLoop({ name: 'saga leases', intervalMs: this.#policy.leaseMs / 3, log, run: () => this.#renew() }),
    ];
  }

  async start(input: SagaInput, requestKey: string): Promise<SagaHandle> {
    const { db, clock = systemClock } = this.#options;
    const claim: Claim = {
      sagaId: randomUUID(),
      orderId: randomUUID(),
      owner: this.#owner,
      epoch: 1,
      carrier: injectContext(),
    };
    const driveNow = this.#active.size < this.#policy.concurrency && !this.#stop.signal.aborted;
    const first: JournalRow = {
      ...{ step: 'create', kind: '', status: 'STARTED', attempt: 1, key: '', detail: 'order is pending' },
      ...{ epoch: claim.epoch, owner: claim.owner, at: clock.now() },
    };
    const { leaseMs } = this.#policy;
    const isNew = await createOrder(db, { claim, input, requestKey, first, leaseMs, driveNow });
    crashPoint('create:after-commit');
    if (!isNew) return findOrder(db, input, requestKey);
    const order: SagaOrder = { input: { ...input, orderId: claim.orderId }, cancelRequested: false };
    if (driveNow) this.#drive(claim, order, [first], false);
    return { sagaId: claim.sagaId, orderId: claim.orderId, isNew };
  }

  async signal(sagaId: string, _signal: 'cancel'): Promise<SagaView['status']> {
    const saga = await this.get(sagaId);
    if (!saga) throw new ShopError('not_found', `there is no saga ${sagaId}`, 'Check the id.');
    const asked = !pivotPassed(saga.journal) && (await this.#journal.requestCancel(this.#options.db, sagaId));
    if (!asked) {
      throw new ShopError(
        'not_cancellable',
        `saga ${sagaId} is ${saga.status} and past the point of return`,
        'Return the goods instead.',
      );
    }
    const after = await this.get(sagaId);
    const row = after?.journal.findLast((entry) => entry.status === 'CANCEL_REQUESTED');
    if (row) announce(row, { sagaId, orderId: saga.orderId, mode: 'orchestrated' });
    return after?.status ?? saga.status;
  }

  async get(sagaId: string): Promise<SagaView | null> {
    const { db } = this.#options;
    const head = await this.#journal.head(db, sagaId);
    if (!head) return null;
    const journal = await this.#journal.rows(db, sagaId);
    const turned = journal.some((row) => row.status === 'GIVE_UP');
    const status = head.outcome ?? (head.stuck ? 'stuck' : turned ? 'compensating' : 'running');
    return { sagaId, orderId: head.orderId, type: head.type, status, epoch: head.epoch, journal };
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
    for (const { claim, orphaned } of taken) {
      const order = await this.#journal.order(claim.sagaId);
      const rows = await this.#journal.rows(this.#options.db, claim.sagaId);
      if (order) this.#drive(claim, order, rows, orphaned);
    }
    return taken.length;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    await Promise.all(this.#active.values());
  }

  /** Starts driving and sees to its end; a drive that fails leaves its saga to whoever finds the lease over. */
  #drive(claim: Claim, order: SagaOrder, rows: JournalRow[], orphaned: boolean): void {
    const { log, db, steps, random, clock = systemClock } = this.#options;
    const parts = {
      db,
      journal: this.#journal,
      steps,
      policy: this.#policy,
      clock,
      random,
      signal: this.#stop.signal,
      onRow: this.#onRow,
    };
    const id = `${claim.sagaId}/${claim.epoch}`;
    const done = new SagaDrive(parts, claim, order, rows)
      .run(orphaned)
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

  readonly #onRow: ConstructorParameters<typeof SagaDrive>[0]['onRow'] = (claim, input, row, outcome) => {
    const { sagaId, orderId } = claim;
    announce(row, {
      sagaId,
      orderId,
      mode: input.mode,
      ...(row.status === 'STARTED' ? { amount: input.amount } : {}),
      ...(outcome ? { outcome } : {}),
    });
    for (const listener of this.#listeners) listener({ sagaId, orderId, row, outcome });
  };

  async #renew(): Promise<void> {
    const ids = [...this.#active.keys()].map((id) => id.slice(0, id.lastIndexOf('/')));
    if (ids.length > 0) await this.#journal.renew(this.#owner, ids);
  }
}
