import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Channel, type ConsumeMessage, IllegalOperationError } from 'amqplib';
import type { Clock } from '../../clock.ts';
import type { Handling } from '../handling.ts';
import type { Consumer, Delivery } from '../port.ts';
import { within } from '../within.ts';
import type { Link } from './link.ts';
import { toDelivery } from './message.ts';
import { declareQueue, pausedQueue } from './topology.ts';

/** How often the mark of a paused queue is looked at. */
const LOOK_MS = 1_000;
const REOPEN_MS = 250;
const SCALE_LIMIT_MS = 2_000;

export interface SubscriptionOptions extends Handling {
  link: Link;
  queue: string;
}

/** The deliveries of one channel, until that breaks. */
interface Session {
  channel: Channel;
  /** Null while nothing is asked for. */
  tag: string | null;
  prefetch: number;
  ended: boolean;
  waiting: { message: ConsumeMessage; start: () => void }[];
}

/** One consumer of a queue: comes back with the connection, stands still while the queue is paused. */
export class Subscription implements Consumer {
  readonly #options: SubscriptionOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #first = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #concurrency: number;
  #closing = false;
  #wake = new AbortController();
  /** Told by the round that has seen their change. */
  readonly #changed: (() => void)[] = [];

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency;
    this.#ended = this.#run();
  }

  /** Resolves when messages are being delivered for the first time. */
  get consuming(): Promise<void> {
    return this.#first.promise;
  }

  /** Holds at once, or from the moment RabbitMQ is back. */
  async scale(concurrency: number): Promise<void> {
    this.#concurrency = concurrency;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#changed.push(resolve);
    this.#wake.abort();
    await within(promise, SCALE_LIMIT_MS, 'scaling').catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#wake.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { clock, log, queue } = this.#options;
    for (let failing = false; !this.#closing; ) {
      try {
        await this.#serve();
        failing = false;
      } catch (err) {
        if (!failing && !this.#closing) log.warn({ err, queue }, 'not consuming, trying on');
        failing = true;
        await this.#sleep(clock, REOPEN_MS);
      }
    }
    this.#first.resolve();
    await Promise.all(this.#running);
  }

  /** One channel's life. */
  async #serve(): Promise<void> {
    const { clock, link, queue } = this.#options;
    const channel = await link.channel();
    const session: Session = { channel, tag: null, prefetch: 0, ended: false, waiting: [] };
    channel.once('close', () => {
      session.ended = true;
      this.#wake.abort();
    });
    await declareQueue(channel, queue);
    while (!session.ended && !this.#closing) {
      const changed = this.#changed.splice(0);
      await this.#adjust(session);
      for (const tell of changed) tell();
      this.#first.resolve();
      await this.#sleep(clock, LOOK_MS);
    }
    if (session.ended) return;
    await this.#ask(session, 0);
    await Promise.all(this.#running);
    await channel.close();
  }

  /** Asks for as many messages at once as are wanted now. */
  async #adjust(session: Session): Promise<void> {
    const { messageCount } = await session.channel.checkQueue(pausedQueue(this.#options.queue));
    const wanted = messageCount > 0 ? 0 : this.#concurrency;
    if (wanted !== session.prefetch || (wanted > 0 && session.tag === null)) await this.#ask(session, wanted);
  }

  async #ask(session: Session, prefetch: number): Promise<void> {
    const { channel } = session;
    session.prefetch = prefetch;
    if (session.tag !== null) await channel.cancel(session.tag);
    session.tag = null;
    if (prefetch === 0) {
      for (const { message } of session.waiting.splice(0)) channel.nack(message, false, true);
      return;
    }
    await channel.prefetch(prefetch);
    const { consumerTag } = await channel.consume(this.#options.queue, (message) => {
      if (message === null) this.#cancelled(session);
      else this.#take(session, message);
    });
    session.tag = consumerTag;
    this.#pump(session);
  }

  /** The broker ended the delivery, for instance because the queue was deleted: all from the start. */
  #cancelled(session: Session): void {
    session.ended = true;
    this.#wake.abort();
    session.channel.close().catch(() => undefined);
  }

  #take(session: Session, message: ConsumeMessage): void {
    // Whatever is active here, a span of the delivery for instance, is active in the handler.
    const start = context.bind(context.active(), () => this.#start(session, message));
    session.waiting.push({ message, start });
    this.#pump(session);
  }

  /** A prefetch counts for each consumer tag, so while one follows another there may be more than hands. */
  #pump(session: Session): void {
    while (this.#running.size < session.prefetch) {
      const next = session.waiting.shift();
      if (next === undefined) return;
      next.start();
    }
  }

  #start(session: Session, message: ConsumeMessage): void {
    const done = this.#process(session.channel, message).finally(() => {
      this.#running.delete(done);
      this.#pump(session);
    });
    this.#running.add(done);
  }

  /** Never rejects: what is not settled here is delivered again by the broker. */
  async #process(channel: Channel, message: ConsumeMessage): Promise<void> {
    const { fail, handle, log, queue } = this.#options;
    try {
      const delivery = readable(message);
      if (delivery === null) {
        log.warn({ queue, message: message.properties.messageId }, 'not readable, made a dead letter');
        channel.nack(message, false, false);
        return;
      }
      const error = await handle(delivery).then(() => null, asError);
      if (error !== null) {
        trace.getActiveSpan()?.recordException(error);
        trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        await fail(delivery, error);
      }
      channel.ack(message);
    } catch (err) {
      log.warn({ err, queue }, 'a message could not be settled, it comes again');
      giveBack(channel, message);
    }
  }

  async #sleep(clock: Clock, ms: number): Promise<void> {
    if (!this.#wake.signal.aborted) await clock.sleep(ms, this.#wake.signal);
    this.#wake = new AbortController();
  }
}

/** On a channel that has closed RabbitMQ has done it already. */
function giveBack(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.nack(message, false, true);
  } catch (error) {
    if (!(error instanceof IllegalOperationError)) throw error;
  }
}

function readable(message: ConsumeMessage): Delivery | null {
  try {
    return toDelivery(message);
  } catch {
    return null;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
