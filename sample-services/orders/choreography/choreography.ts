import { randomUUID } from 'node:crypto';
import { type EventHandlers, type Heard, listen } from '../../events/listen.ts';
import { QUEUES } from '../../events/queues.ts';
import { tellAgain } from '../../events/record.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { SAGA_TYPE, STEP_OWNERS } from '../../events/steps.ts';
import type { Broker } from '../../kit/broker/port.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { carriedBy } from '../../kit/correlation.ts';
import { crashPoint } from '../../kit/crash.ts';
import type { Database, Tx } from '../../kit/database.ts';
import { payloadHash } from '../../kit/idempotency.ts';
import type { Log } from '../../kit/log.ts';
import { type Loop, startLoop } from '../../kit/loop.ts';
import type { Seal } from '../../kit/sealed.ts';
import { orderStream } from '../order/fold.ts';
import { type OrderEnd, placeOrder, settleOrder } from '../order/order.ts';
import { findOrder } from '../saga/find-order.ts';
import { notStuck } from '../saga/intervene.ts';
import type {
  Intervention,
  JournalRow,
  SagaHandle,
  SagaInput,
  SagaStatus,
  SagaTransition,
  SagaView,
  SignalAnswer,
  StuckSaga,
} from '../saga/port.ts';
import { announce } from '../saga/telemetry.ts';
import { beginPage, findOverdue, type OpenPage, readPage, takeUnanswered, turnPage } from './book.ts';
import { intent, outcomeOf, type Reading, readEvent, STEPS } from './reading.ts';
import { cancelRows, confirmRows, endRow, startRow } from './rows.ts';
import { decided, findSilent, listStuck, silentStep, stuckNow, stuckStep } from './stuck.ts';

export interface ChoreographyOptions {
  db: Database;
  broker: Broker;
  seal: Seal;
  log: Log;
  /** An order that is pending so long after its start is cancelled, ms. */
  deadlineMs: number;
  /** A step that is to be undone, and is not so long after its order turned, waits for a person, ms. */
  stuckAfterMs: number;
  clock?: Clock;
  /** Told when a saga's order has ended, which may be before everything of it is taken back. */
  onSettled(sagaId: string): void;
}

const POLL_MS = 500;
const BATCH = 20;
/** Who has not answered a cancellation after this long is told again, ms; then after twice that, and so on. */
const TELL_AGAIN_MS = 5_000;

const HEARD = [
  ...(['INVENTORY_RESERVED', 'INVENTORY_RESERVATION_FAILED', 'INVENTORY_RELEASED'] as const),
  ...(['PAYMENT_COMPLETED', 'PAYMENT_FAILED', 'PAYMENT_REFUNDED'] as const),
  ...(['SHIPMENT_CREATED', 'SHIPMENT_FAILED', 'SHIPMENT_CANCELLED'] as const),
];

/**
 * orders' part of choreographed sagas. It is their arbiter: whatever participants say and in whichever order, the order's
 * stream takes exactly one of ORDER_CONFIRMED and ORDER_CANCELLED, and whoever acted on a cancelled one takes it back. It
 * gives up orders past their deadline, and tells those again who did not answer a cancellation.
 */
export class Choreography {
  readonly #options: ChoreographyOptions;
  readonly #clock: Clock;
  readonly #listeners = new Set<(transition: SagaTransition) => void>();
  readonly #watchdog: Loop;

  constructor(options: ChoreographyOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { db, broker, log } = options;
    const hear = (event: ShopEvent, heard: Heard) => this.#hear(event, heard);
    const handlers: EventHandlers = Object.fromEntries(HEARD.map((type) => [type, hear]));
    listen({ db, broker, log, queue: QUEUES.orders, handlers });
    this.#watchdog = startLoop({
      name: 'choreography watchdog',
      intervalMs: POLL_MS,
      log,
      run: () => db.whenReady().then(() => this.#watch()),
    });
  }

  /** The same `requestKey` of the same user again gives the same saga; with another input it is refused. */
  async start(input: SagaInput, requestKey: string): Promise<SagaHandle> {
    const { db, seal } = this.#options;
    const { cardToken, ...rest } = input;
    const [sagaId, orderId] = [randomUUID(), randomUUID()];
    const requestHash = payloadHash(input);
    const order = { ...rest, orderId, sagaId, sealedCard: seal.close(cardToken), requestKey, requestHash };
    const started = startRow(this.#clock.now());
    const rows = [started, intent(sagaId, 'reserve', new Date(started.at).toISOString())];
    const isNew = await db.transaction(async (tx) => {
      if (!(await placeOrder(tx, order))) return false;
      await beginPage(tx, order, rows);
      return true;
    });
    crashPoint('create:after-commit');
    if (!isNew) return findOrder(db, order);
    this.#tell({ sagaId, orderId, amount: input.amount }, rows);
    return { sagaId, orderId, isNew };
  }

  /**
   * Cancels while the order is pending; one that was cancelled before is so still. Null for a saga which is none of ours,
   * or whose order has ended in another way.
   */
  async cancel(sagaId: string): Promise<SignalAnswer | null> {
    const isCancelled = await this.#options.db.transaction(async (tx) => {
      const page = await readPage(tx, sagaId, true);
      if (!page) return false;
      const end: OrderEnd = { status: 'CANCELLED', cause: 'cancelled', reason: 'cancelled by its customer' };
      const ends = await this.#turn(tx, page, { rows: [], end, undone: null });
      return ends || page.cause === end.cause;
    });
    if (!isCancelled) return null;
    const status = (await this.get(sagaId))?.status ?? 'running';
    return { effect: 'compensates', status, returnSagaId: null };
  }

  async get(sagaId: string): Promise<SagaView | null> {
    const page = await readPage(this.#options.db, sagaId);
    if (!page) return null;
    const { orderId, outcome, settled, cause, rows } = page;
    const turned = stuckStep(page) === null ? 'compensating' : 'stuck';
    const status = outcome ?? (settled === 'CANCELLED' ? turned : 'running');
    const mode = 'choreographed';
    return {
      sagaId,
      orderId,
      type: SAGA_TYPE,
      mode,
      status,
      overdue: cause === 'timed_out',
      epoch: 1,
      journal: rows,
    };
  }

  /** Sagas with a step whose participant does not get it undone, oldest first. */
  stuck(limit: number): Promise<StuckSaga[]> {
    return listStuck(this.#options.db, SAGA_TYPE, limit);
  }

  /** Null for a saga which is none of ours; refused when that step is not stuck (any more). */
  async intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus | null> {
    const isOurs = await this.#options.db.transaction(async (tx) => {
      const page = await readPage(tx, sagaId, true);
      if (!page) return false;
      const step = stuckStep(page);
      if (step === null || step !== intervention.step) throw notStuck(sagaId, intervention.step);
      const rows = [decided(page, step, intervention, this.#clock)];
      const waived = intervention.do === 'retry' ? null : step;
      await this.#turn(tx, page, { rows, end: null, undone: waived });
      const queue = QUEUES[STEP_OWNERS[step]];
      const more = waived === null ? {} : { waived };
      await tellAgain(tx, orderStream(page.orderId), 'ORDER_CANCELLED', queue, more);
      return true;
    });
    return isOurs ? ((await this.get(sagaId))?.status ?? null) : null;
  }

  on(listener: (transition: SagaTransition) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#watchdog.stop();
  }

  async #hear(event: ShopEvent, heard: Heard): Promise<void> {
    await heard.once(async (tx) => {
      const page = await readPage(tx, event.sagaId, true);
      // An orchestrated saga's, or one of a book that is gone.
      if (page) await this.#turn(tx, page, readEvent(event, page));
    });
    crashPoint('arbiter:after-commit');
  }

  /** Enters what was read and what follows from it, in one commit; gives whether that ended the order. */
  async #turn(tx: Tx, page: OpenPage, reading: Reading): Promise<boolean> {
    const rows = [...reading.rows];
    const after: OpenPage = { ...page, rows: [...page.rows, ...rows] };
    if (reading.undone !== null) after.undone = [...new Set([...page.undone, reading.undone])];
    const { end } = reading;
    const ends = end !== null && page.settled === null && (await settleOrder(tx, page.orderId, end));
    if (ends) {
      after.settled = end.status;
      after.cause = end.status === 'CANCELLED' ? end.cause : null;
      rows.push(
        ...(end.status === 'CANCELLED'
          ? cancelRows(after, end, this.#clock)
          : confirmRows(after, this.#clock)),
      );
      after.rows = [...page.rows, ...rows];
    }
    const outcome = outcomeOf(after);
    if (outcome !== null && page.outcome === null) rows.push(endRow(after, outcome, this.#clock));
    const stuck = outcome === null && stuckStep(after) !== null;
    await turnPage(tx, after, rows, { outcome, stuck });
    tx.afterCommit(() => {
      this.#tell(page, rows, outcome);
      if (ends) this.#options.onSettled(page.sagaId);
    });
    return ends;
  }

  async #watch(): Promise<boolean> {
    const { db, deadlineMs } = this.#options;
    const overdue = await findOverdue(db, deadlineMs, BATCH);
    for (const sagaId of overdue) await db.transaction((tx) => this.#giveUp(tx, sagaId));
    const silent = await findSilent(db, this.#options.stuckAfterMs, BATCH);
    for (const sagaId of silent) await db.transaction((tx) => this.#markStuck(tx, sagaId));
    const told = await db.transaction((tx) => this.#tellAgain(tx));
    return [overdue.length, silent.length, told].includes(BATCH);
  }

  async #markStuck(tx: Tx, sagaId: string): Promise<void> {
    const page = await readPage(tx, sagaId, true);
    const step = page && page.outcome === null && stuckStep(page) === null ? silentStep(page) : null;
    if (!page || step === null) return;
    const rows = [stuckNow(page, step, this.#options.stuckAfterMs, this.#clock)];
    await this.#turn(tx, page, { rows, end: null, undone: null });
  }

  async #giveUp(tx: Tx, sagaId: string): Promise<void> {
    const { deadlineMs: afterMs } = this.#options;
    const page = await readPage(tx, sagaId, true);
    if (!page) return;
    const reason = `not through after ${afterMs / 1000} s`;
    const end: OrderEnd = { status: 'CANCELLED', cause: 'timed_out', reason, afterMs };
    await this.#turn(tx, page, { rows: [], end, undone: null });
  }

  /** A participant's letters may have died; nobody but us knows that it owes an answer. */
  async #tellAgain(tx: Tx): Promise<number> {
    const unanswered = await takeUnanswered(tx, TELL_AGAIN_MS, BATCH);
    for (const sagaId of unanswered) {
      const page = await readPage(tx, sagaId);
      if (!page) continue;
      const silent = STEPS.filter((step) => !page.undone.includes(step));
      const queues = silent.map((step) => QUEUES[STEP_OWNERS[step]]);
      await tellAgain(tx, orderStream(page.orderId), 'ORDER_CANCELLED', queues);
    }
    return unanswered.length;
  }

  /** Says committed rows, in the trace of the request that placed the order. */
  #tell(
    page: Pick<OpenPage, 'sagaId' | 'orderId' | 'amount'> & Partial<Pick<OpenPage, 'carrier'>>,
    rows: readonly JournalRow[],
    outcome: SagaTransition['outcome'] = null,
  ): void {
    const { sagaId, orderId, amount, carrier } = page;
    const tell = () => {
      for (const row of rows) {
        const ended = row.status === 'ENDED' ? outcome : null;
        announce(row, {
          ...{ sagaId, orderId, type: SAGA_TYPE, mode: 'choreographed' },
          ...(row.status === 'STARTED' ? { amount } : {}),
          ...(ended === null ? {} : { outcome: ended }),
        });
        for (const listener of this.#listeners) listener({ sagaId, orderId, row, outcome: ended });
      }
    };
    if (carrier) carriedBy(carrier, tell);
    else tell();
  }
}
