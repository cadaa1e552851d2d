import { DBOS } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import { systemClock } from '../../../kit/clock.ts';
import { ShopError } from '../../../kit/errors.ts';
import { type Loop, startLoop } from '../../../kit/loop.ts';
import { SagaDesk } from '../desk.ts';
import type { EngineOptions } from '../engine.ts';
import type { Claim, Taken } from '../journal.ts';
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
import { SagaBook } from './book.ts';
import { launchDbos, openConnections, shutDownDbos } from './launch.ts';
import { SagaWorkflow, WAKE, type WorkflowStart } from './workflow.ts';

/** How often orphaned and overdue sagas are looked for, ms. */
const POLL_MS = 500;
/** Most sagas that one look takes. */
const BATCH = 50;
const RUNNING: ReadonlySet<string> = new Set(['PENDING', 'ENQUEUED', 'DELAYED']);

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
  readonly #desk: SagaDesk;
  readonly #book: SagaBook;
  readonly #stop = new AbortController();
  readonly #pool: pg.Pool;
  /** Workflows that run in this process, by saga, and how often (a paused one may run beside its successor). */
  readonly #running = new Map<string, number>();
  readonly #recovery: Loop;
  readonly #loops: Loop[];
  readonly #workflow: (start: WorkflowStart) => Promise<SagaOutcome>;
  readonly #launched: Promise<void>;

  constructor(options: DbosEngineOptions) {
    const { db, log, instance, databaseUrl, policy = SAGA_POLICY, clock = systemClock } = options;
    this.#options = options;
    this.#policy = policy;
    this.#desk = new SagaDesk({ ...options, engine: 'dbos', policy, clock });
    this.#book = new SagaBook(db, policy.leaseMs);
    this.#workflow = DBOS.registerWorkflow((start: WorkflowStart) => this.#run(start), {
      name: 'saga',
      // A service that is killed again and again must not lose a saga by counting.
      maxRecoveryAttempts: 1_000_000,
    });
    this.#pool = openConnections(databaseUrl, log);
    const launch = { pool: this.#pool, executorId: instance, log, signal: this.#stop.signal };
    // The book comes first: a workflow that is taken up again writes into it at once.
    this.#launched = db.whenReady().then(() => launchDbos(launch));
    const every = (name: string, intervalMs: number, run: () => Promise<unknown>) =>
      startLoop({ name, intervalMs, log, run: () => this.#launched.then(run) });
    this.#recovery = every('saga recovery', POLL_MS, async () => (await this.recover()) > 0);
    this.#loops = [
      this.#recovery,
      every('saga deadlines', POLL_MS, async () => {
        for (const sagaId of await this.#desk.markOverdue()) await this.#wake(sagaId);
      }),
      every('saga leases', policy.leaseMs / 3, () => this.#renew()),
    ];
  }

  /** Throws while the library is not launched. */
  async whenLaunched(): Promise<void> {
    if (DBOS.isInitialized()) return;
    throw new ShopError('unavailable', 'the workflows are not launched yet', 'Try again in a second.');
  }

  async start(input: SagaInput, requestKey: string): Promise<SagaHandle> {
    await this.whenLaunched();
    const begun = await this.#desk.begin(input, requestKey, true);
    if (!('claim' in begun)) return begun;
    const { handle, claim, input: stored, first } = begun;
    this.#desk.tell(claim, stored, first, null);
    // Durable already: if the library does not take it now, recovery starts it.
    await this.#begin(claim, stored).catch((err: unknown) => {
      const saga = claim.sagaId;
      this.#options.log.warn({ err, saga }, 'workflow not started; the saga is left to recovery');
    });
    return handle;
  }

  async signal(sagaId: string, signal: 'cancel' | 'return'): Promise<SignalAnswer> {
    const answer = await this.#desk.signal(sagaId, signal);
    await this.#wake(sagaId);
    this.#recovery.nudge();
    return answer;
  }

  async takeBack(order: Delivered): Promise<string> {
    const sagaId = await this.#desk.takeBack(order);
    this.#recovery.nudge();
    return sagaId;
  }

  get(sagaId: string): Promise<SagaView | null> {
    return this.#desk.get(sagaId);
  }

  on(_event: 'transition', listener: (transition: SagaTransition) => void): () => void {
    return this.#desk.on(listener);
  }

  async recover(): Promise<number> {
    if (this.#stop.signal.aborted) return 0;
    const taken = await this.#desk.claim(BATCH);
    for (const one of taken) await this.#takeUp(one);
    return taken.length;
  }

  stuck(limit: number): Promise<StuckSaga[]> {
    return this.#desk.stuck(limit);
  }

  async intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus> {
    const status = await this.#desk.intervene(sagaId, intervention);
    await this.#wake(sagaId);
    return status;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    await this.#launched;
    await shutDownDbos();
    await this.#pool.end();
  }

  /** The workflow's body, at its first run and whenever the library runs it again. */
  async #run(start: WorkflowStart): Promise<SagaOutcome> {
    const { sagaId } = start;
    const definition = this.#desk.definition(start.type);
    const saga = definition.bind(start.input);
    const onRow = (row: JournalRow, outcome: SagaOutcome | null) =>
      this.#desk.tell(start, saga.subject, row, outcome);
    const parts = { definition, saga, book: this.#book, policy: this.#policy, onRow };
    const { reverse } = this.#desk;
    this.#running.set(sagaId, (this.#running.get(sagaId) ?? 0) + 1);
    try {
      return await new SagaWorkflow({ ...parts, reverse, random: this.#options.random }, start).run();
    } finally {
      const left = (this.#running.get(sagaId) ?? 1) - 1;
      if (left > 0) this.#running.set(sagaId, left);
      else this.#running.delete(sagaId);
    }
  }

  async #begin({ sagaId, orderId, type, carrier }: Claim, input: unknown): Promise<void> {
    const start: WorkflowStart = { sagaId, orderId, type, input, carrier };
    await DBOS.startWorkflow(this.#workflow, { workflowID: sagaId })(start);
  }

  /** A saga that nobody runs: begun if that never happened, resumed here if its process is gone. */
  async #takeUp({ claim, input, orphaned }: Taken): Promise<void> {
    const { sagaId } = claim;
    const known = await DBOS.getWorkflowStatus(sagaId);
    if (orphaned) await this.#book.noteTakeover(sagaId);
    if (known === null) return this.#begin(claim, input);
    // What this executor left pending in a former life the library has taken up by itself.
    if (known.executorId === DBOS.executorID && RUNNING.has(known.status)) return;
    if (known.status === 'ERROR') return this.#rewind(sagaId);
    await DBOS.resumeWorkflow(sagaId);
  }

  /** A workflow that ended with an error though its saga has not ended is run again from the step that failed. */
  async #rewind(sagaId: string): Promise<void> {
    const steps = (await DBOS.listWorkflowSteps(sagaId)) ?? [];
    const startStep = steps.find((step) => step.error !== null)?.functionID ?? steps.length;
    this.#options.log.warn({ saga: sagaId, startStep }, 'workflow had failed; run again from there');
    await DBOS.rewindWorkflow(sagaId, { startStep });
  }

  /** Ends a workflow's wait, so that it looks at its book now. */
  async #wake(sagaId: string): Promise<void> {
    // One that was not begun yet does not wait.
    if ((await DBOS.getWorkflowStatus(sagaId)) === null) return;
    await DBOS.send(sagaId, 'look', WAKE);
  }

  async #renew(): Promise<void> {
    const ids = [...this.#running.keys()];
    if (ids.length > 0) await this.#desk.journal.renew(this.#desk.owner, ids);
  }
}
