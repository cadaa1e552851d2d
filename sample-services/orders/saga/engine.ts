import { type Clock, systemClock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import { type Loop, startLoop } from '../../kit/loop.ts';
import { protects } from '../../kit/protections.ts';
import type { Random } from '../../kit/random.ts';
import type { SagaFlags } from './decide.ts';
import { type DeskOptions, SagaDesk } from './desk.ts';
import { SagaDrive } from './driver.ts';
import { Fenced, type Taken } from './journal.ts';
import { driveNaively } from './naive.ts';
import { SAGA_POLICY, type SagaPolicy } from './policy.ts';
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
} from './port.ts';
import { Transcript } from './transcript.ts';

export interface EngineOptions extends Omit<DeskOptions, 'engine' | 'policy' | 'clock'> {
  log: Log;
  random: Random;
  policy?: SagaPolicy;
  clock?: Clock;
}

/** How often parked, orphaned and overdue sagas are looked for, ms. One indexed query each. */
const POLL_MS = 500;
/** Most sagas that one look takes. */
const BATCH = 50;
const NO_FLAGS: SagaFlags = { cancelRequested: false, overdue: false };

/** The saga engine on our own journal in PostgreSQL. */
export class JournalEngine implements SagaEngine {
  readonly #options: EngineOptions;
  readonly #policy: SagaPolicy;
  readonly #clock: Clock;
  readonly #desk: SagaDesk;
  readonly #stop = new AbortController();
  readonly #active = new Map<string, Promise<void>>();
  readonly #recovery: Loop;
  readonly #loops: Loop[];

  constructor(options: EngineOptions) {
    const { policy = SAGA_POLICY, clock = systemClock, log, db } = options;
    this.#options = options;
    this.#policy = policy;
    this.#clock = clock;
    this.#desk = new SagaDesk({ ...options, engine: 'journal', policy, clock });
    const every = (name: string, intervalMs: number, run: () => Promise<unknown>) =>
      startLoop({ name, intervalMs, log, run: () => db.whenReady().then(run) });
    this.#recovery = every('saga recovery', POLL_MS, async () => (await this.recover()) > 0);
    this.#loops = [
      this.#recovery,
      every('saga deadlines', POLL_MS, async () => {
        if ((await this.#desk.markOverdue()).length > 0) this.#recovery.nudge();
      }),
      every('saga leases', policy.leaseMs / 3, () => this.#renew()),
    ];
  }

  async start(input: SagaInput, requestKey: string): Promise<SagaHandle> {
    const driveNow = this.#active.size < this.#policy.concurrency && !this.#stop.signal.aborted;
    const begun = await this.#desk.begin(input, requestKey, driveNow);
    if (!('claim' in begun)) return begun;
    const { handle, claim, input: stored, first } = begun;
    if (driveNow) this.#drive({ claim, input: stored, flags: NO_FLAGS, orphaned: false }, [first]);
    return handle;
  }

  async signal(sagaId: string, signal: 'cancel' | 'return'): Promise<SignalAnswer> {
    const answer = await this.#desk.signal(sagaId, signal);
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
    const free = this.#policy.concurrency - this.#active.size;
    if (free <= 0 || this.#stop.signal.aborted) return 0;
    const taken = await this.#desk.claim(Math.min(free, BATCH));
    for (const one of taken) {
      this.#drive(one, await this.#desk.journal.rows(this.#options.db, one.claim.sagaId));
    }
    return taken.length;
  }

  stuck(limit: number): Promise<StuckSaga[]> {
    return this.#desk.stuck(limit);
  }

  async intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus> {
    const status = await this.#desk.intervene(sagaId, intervention);
    this.#recovery.nudge();
    return status;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    await Promise.all(this.#active.values());
  }

  /** Starts driving and sees to its end; a drive that fails leaves its saga to whoever finds the lease over. */
  #drive(taken: Taken, rows: JournalRow[]): void {
    const { sagaId, epoch } = taken.claim;
    const id = `${sagaId}/${epoch}`;
    const done = this.#run(taken, rows)
      .catch((err: unknown) => {
        const level = err instanceof Fenced ? 'info' : 'warn';
        this.#options.log[level]({ err, saga: sagaId }, 'drive ended early; the saga is left to recovery');
      })
      .finally(() => {
        // It may have been parked, woken and taken again under the same epoch before this line is reached.
        if (this.#active.get(id) === done) this.#active.delete(id);
      });
    this.#active.set(id, done);
  }

  async #run({ claim, input, flags, orphaned }: Taken, rows: JournalRow[]): Promise<void> {
    const { db, random } = this.#options;
    const { journal, reverse } = this.#desk;
    const definition = this.#desk.definition(claim.type);
    const saga = definition.bind(input);
    const onRow = (row: JournalRow, outcome: SagaOutcome | null) =>
      this.#desk.tell(claim, saga.subject, row, outcome);
    const transcript = new Transcript({ db, journal, clock: this.#clock, onRow }, claim, rows, flags);
    if (!protects('hardened-saga')) return driveNaively({ definition, saga, transcript });
    const drive = new SagaDrive({
      ...{ definition, saga, transcript, journal, reverse, random },
      ...{ policy: this.#policy, clock: this.#clock, signal: this.#stop.signal },
      onStarted: (row) => onRow(row, null),
    });
    await drive.run(orphaned);
  }

  async #renew(): Promise<void> {
    const ids = [...this.#active.keys()].map((id) => id.slice(0, id.lastIndexOf('/')));
    if (ids.length > 0) await this.#desk.journal.renew(this.#desk.owner, ids);
  }
}
