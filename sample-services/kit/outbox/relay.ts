import { metrics, trace } from '@opentelemetry/api';
import { METRIC } from '@stormglass/agents/contract';
import type { Broker, Message, QueueDefinition } from '../broker/port.ts';
import { crashPoint } from '../crash.ts';
import type { Database } from '../database.ts';
import { Leadership } from '../lease/leadership.ts';
import { type Held, StaleLease, whileHeld } from '../lease/lease.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { carryFrom } from './append.ts';

export interface RelayOptions {
  db: Database;
  broker: Broker;
  queues: readonly QueueDefinition[];
  log: Log;
  instance: string;
  /** True if no other living process has this instance name. */
  instanceIsStable: boolean;
  /** How long a leader that fell silent stays the leader, ms. */
  leaseMs?: number;
}

/** With how much there is to send altogether. */
interface OutboxRow extends Unsent {
  seq: string;
  id: string;
  queue: string;
  name: string;
  payload: unknown;
  conversation_id: string;
  headers: Record<string, string>;
}

interface Unsent {
  pending: number;
  /** Of the oldest. */
  ageSeconds: number;
}

const NOTHING_UNSENT: Unsent = { pending: 0, ageSeconds: 0 };

export const RELAY_LEASE = 'outbox-relay';

const BATCH = 50;
const BEGINNING = '0';
/** A round without being nudged, ms: what another process wrote, or a crash left behind, waits no longer. */
const POLL_MS = 250;

/**
 * Publishes committed rows. Of all relays of a database one leads; it reads unsent rows and flags them after the broker
 * confirmed: a cursor over `seq` would lose a row whose transaction commits late. Nothing is locked in between, so a slow
 * broker holds no transaction open. A crash there publishes again under the same id, which broker and inbox recognise.
 * A leader that slept until another one led does not flag anything: its epoch is stale.
 */
export class OutboxRelay {
  readonly #options: RelayOptions;
  readonly #queues: ReadonlyMap<string, QueueDefinition>;
  readonly #leadership: Leadership;
  readonly #loop: Loop;
  readonly #ends: (() => void)[];
  #unsent = NOTHING_UNSENT;
  /** Rounds read on behind this row: what the broker refuses again and again must not hold up what is newer. */
  #after = BEGINNING;

  constructor(options: RelayOptions) {
    const { db, log, instance, instanceIsStable, leaseMs } = options;
    this.#options = options;
    this.#queues = new Map(options.queues.map((queue) => [queue.name, queue]));
    this.#loop = startLoop({ name: 'outbox relay', intervalMs: POLL_MS, log, run: () => this.#relay() });
    this.#leadership = new Leadership({
      ...{ db, name: RELAY_LEASE, instance, instanceIsStable, log },
      ...(leaseMs === undefined ? {} : { ttlMs: leaseMs }),
      onChange: () => this.#loop.nudge(),
    });
    this.#ends = [carryFrom(db, this), this.#observe()];
  }

  /** Null while another relay of this database leads. */
  get lease(): Held | null {
    return this.#leadership.held;
  }

  nudge(): void {
    this.#loop.nudge();
  }

  sendUnkept(queue: string, message: Message): void {
    crashPoint('relay:before-direct');
    this.#publish(queue, message).catch((err: unknown) =>
      this.#options.log.warn({ err, queue, message: message.id }, 'a message without an outbox was lost'),
    );
  }

  async stop(): Promise<void> {
    for (const end of this.#ends) end();
    await this.#loop.stop();
    await this.#leadership.stop();
  }

  async #relay(): Promise<boolean> {
    const { db } = this.#options;
    await db.whenReady();
    const { lease } = this;
    if (lease === null) return false;
    const rows = await this.#unsentRows();
    const isFull = rows.length === BATCH;
    this.#after = BEGINNING;
    if (rows.length === 0) return false;
    const failure = await this.#send(rows, lease);
    if (failure === undefined) return isFull;
    this.#after = (isFull && rows.at(-1)?.seq) || BEGINNING;
    throw failure.reason;
  }

  /** A message that the broker does not take waits for the next round; it holds up no other. */
  async #send(rows: readonly OutboxRow[], lease: Held): Promise<PromiseRejectedResult | undefined> {
    const attributes = { 'lease.epoch': lease.epoch, 'messaging.batch.message_count': rows.length };
    return await trace
      .getTracer('stormglass.shop')
      .startActiveSpan('outbox relay', { root: true, attributes }, async (span) => {
        try {
          // Time may have passed in our sleep: what was not sent yet is the new leader's.
          if (this.lease?.epoch !== lease.epoch) throw new StaleLease(lease);
          const published = await Promise.allSettled(
            rows.map((row) => this.#publish(row.queue, toMessage(row))),
          );
          crashPoint('relay:after-publish');
          const sent = rows.filter((_, index) => published[index]?.status === 'fulfilled');
          if (sent.length > 0) await this.#flag(sent, lease);
          return published.find((one) => one.status === 'rejected');
        } finally {
          span.end();
        }
      });
  }

  async #publish(name: string, message: Message): Promise<void> {
    const queue = this.#queues.get(name);
    if (!queue) throw new Error(`message ${message.id} is for the unknown queue ${name}`);
    await this.#options.broker.publish(queue, message);
  }

  /** The oldest, and what there is altogether, in one statement: most rounds find nothing. */
  async #unsentRows(): Promise<OutboxRow[]> {
    const rows = await this.#options.db.query<OutboxRow>(
      `select oldest.*, pending, "ageSeconds"
       from (select seq, id, queue, name, payload, conversation_id, headers from outbox
             where sent_at is null and seq > $1 order by seq limit ${BATCH}) oldest,
         (select count(*)::int as pending,
            extract(epoch from clock_timestamp() - min(created_at))::float as "ageSeconds"
          from outbox where sent_at is null) unsent
       order by seq`,
      [this.#after],
    );
    const [first] = rows;
    if (first) this.#unsent = { pending: first.pending, ageSeconds: first.ageSeconds };
    // Nothing behind the refused ones says nothing of these.
    else if (this.#after === BEGINNING) this.#unsent = NOTHING_UNSENT;
    return rows;
  }

  async #flag(rows: readonly OutboxRow[], lease: Held): Promise<void> {
    const { condition, values } = whileHeld(lease, 3);
    const flagged = await this.#options.db.query(
      `update outbox set sent_at = now(), sent_epoch = $2 where seq = any($1) and ${condition} returning seq`,
      [rows.map((row) => row.seq), lease.epoch, ...values],
    );
    if (flagged.length === 0) throw new StaleLease(lease);
  }

  /** The leader alone tells of its database's outbox. */
  #observe(): () => void {
    const meter = metrics.getMeter('stormglass.shop');
    const pending = meter.createObservableGauge(METRIC.outboxPending, { unit: '{message}' });
    const age = meter.createObservableGauge(METRIC.outboxOldestAge, { unit: 's' });
    const observe: Parameters<typeof meter.addBatchObservableCallback>[0] = (result) => {
      if (this.lease === null) return;
      result.observe(pending, this.#unsent.pending);
      result.observe(age, this.#unsent.ageSeconds);
    };
    meter.addBatchObservableCallback(observe, [pending, age]);
    return () => meter.removeBatchObservableCallback(observe, [pending, age]);
  }
}

function toMessage({ id, name, payload, conversation_id: conversationId, headers }: OutboxRow): Message {
  return { id, name, payload, conversationId, headers };
}
