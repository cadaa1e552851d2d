import type { Channel, ConfirmChannel, Message, Options } from 'amqplib';
import { within } from '../within.ts';
import { asAway, type Link } from './link.ts';

const CONFIRM_LIMIT_MS = 5_000;

/** A queue to send to, and how to make sure that it is there. */
export interface Destination {
  queue: string;
  declare(channel: Channel): Promise<void>;
}

interface Outlet {
  channel: ConfirmChannel;
  declared: Map<string, Promise<void>>;
  /** What RabbitMQ found no queue for: an event goes to several queues under one id. */
  returned: Set<string>;
}

/** Sends with confirms on one channel, which is opened anew when it breaks. */
export class Publisher {
  readonly #link: Link;
  #outlet: Promise<Outlet> | null = null;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Resolves when a majority of the queue's replicas has the message on disk; rejects with `unavailable`. */
  async send({ queue, declare }: Destination, content: Buffer, options: Options.Publish): Promise<void> {
    try {
      const outlet = await this.#open();
      await this.#declare(outlet, queue, declare);
      await within(confirmed(outlet, queue, content, options), CONFIRM_LIMIT_MS, `publishing to ${queue}`);
    } catch (error) {
      throw asAway(error);
    }
  }

  /** A round trip to the broker. */
  async ping(): Promise<void> {
    const { channel } = await this.#open();
    await channel.checkExchange('amq.direct');
  }

  #open(): Promise<Outlet> {
    this.#outlet ??= this.#openOutlet().catch((error) => {
      this.#outlet = null;
      throw error;
    });
    return this.#outlet;
  }

  async #openOutlet(): Promise<Outlet> {
    const channel = await this.#link.confirmChannel();
    const outlet: Outlet = { channel, declared: new Map(), returned: new Set() };
    channel.on('close', () => {
      this.#outlet = null;
    });
    channel.on('return', ({ properties, fields }: Message) => {
      outlet.returned.add(sending(fields.routingKey, properties));
      // Somebody deleted it; the next message makes it again.
      outlet.declared.delete(fields.routingKey);
    });
    return outlet;
  }

  #declare(outlet: Outlet, queue: string, declare: Destination['declare']): Promise<void> {
    const known = outlet.declared.get(queue);
    if (known) return known;
    const declaring = declare(outlet.channel);
    outlet.declared.set(queue, declaring);
    declaring.catch(() => outlet.declared.delete(queue));
    return declaring;
  }
}

const sending = (queue: string, { messageId }: Pick<Options.Publish, 'messageId'>): string =>
  `${queue} ${messageId}`;

/** RabbitMQ returns what it cannot route before it confirms it. */
function confirmed(
  { channel, returned }: Outlet,
  queue: string,
  content: Buffer,
  options: Options.Publish,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  channel.sendToQueue(queue, content, options, (error: unknown) => {
    if (error) reject(error instanceof Error ? error : new Error(String(error)));
    else if (returned.delete(sending(queue, options))) reject(new Error(`there is no queue ${queue}`));
    else resolve();
  });
  return promise;
}
