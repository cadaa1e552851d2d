import { type Channel, type ConfirmChannel, connect, type RecoveringChannelModel } from 'amqplib';
import type { Log } from '../../log.ts';
import { away, within } from '../within.ts';

/** Seconds; a broker that says nothing for twice as long counts as gone. */
const HEARTBEAT = 5;
/** A channel on a broker that is away is waited for no longer. */
const OPEN_LIMIT_MS = 3_000;

/** The connection of one process, which comes back by itself. */
export class Link {
  readonly #log: Log;
  readonly #model: Promise<RecoveringChannelModel>;
  #up = Promise.withResolvers<void>();

  constructor(url: string, log: Log) {
    this.#log = log;
    const address = new URL(url);
    if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT));
    this.#model = connect(address.href, {
      noDelay: true,
      timeout: 2_000,
      recovery: { initialDelay: 100, maxDelay: 1_000, waitForConnect: false },
    }).then((model) => this.#watch(model));
  }

  /** Rejects with `unavailable` when there is no connection within `limitMs`. */
  async channel(limitMs = OPEN_LIMIT_MS): Promise<Channel> {
    const model = await this.#connected(limitMs);
    return this.#guard(await within(model.createChannel(), limitMs, 'a channel'));
  }

  async confirmChannel(): Promise<ConfirmChannel> {
    const model = await this.#connected(OPEN_LIMIT_MS);
    return this.#guard(await within(model.createConfirmChannel(), OPEN_LIMIT_MS, 'a channel'));
  }

  async close(): Promise<void> {
    await (await this.#model).close();
  }

  async #connected(limitMs: number): Promise<RecoveringChannelModel> {
    await within(this.#up.promise, limitMs, 'a connection to RabbitMQ');
    return this.#model;
  }

  #watch(model: RecoveringChannelModel): RecoveringChannelModel {
    let told = false;
    const down = (error: Error) => {
      if (!told) this.#log.warn({ err: error }, 'no connection to RabbitMQ, trying on');
      told = true;
    };
    model.on('connect', () => {
      if (told) this.#log.info('connected to RabbitMQ');
      told = false;
      this.#up.resolve();
    });
    model.on('disconnect', (error) => {
      this.#up = Promise.withResolvers();
      down(error);
    });
    model.on('connect-failed', down);
    // Told by `disconnect` as well.
    model.on('error', () => undefined);
    return model;
  }

  /** A channel closes on any mistake; whoever uses it sees its `close`, or is refused. */
  #guard<C extends Channel>(channel: C): C {
    channel.on('error', (err) => this.#log.warn({ err }, 'RabbitMQ closed a channel'));
    return channel;
  }
}

/** What a call on a closed channel throws, and everything else that means: not now. */
export function asAway(error: unknown): Error {
  return away(`RabbitMQ does not take it: ${error instanceof Error ? error.message : String(error)}`, error);
}
