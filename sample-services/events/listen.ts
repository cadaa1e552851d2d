import { announceDead } from '../kit/broker/dead.ts';
import type { Broker, Delivery, QueueDefinition } from '../kit/broker/port.ts';
import type { Database, Tx } from '../kit/database.ts';
import { handleOnce, wasHandled } from '../kit/inbox.ts';
import type { Log } from '../kit/log.ts';
import { parseShopEvent, type ShopEvent, type ShopEventOf, type ShopEventType } from './shop-event.ts';

/** How an event came. */
export interface Heard {
  /** 1 for the first delivery. */
  attempt: number;
  /** Who throws now will not get it again. */
  isLast: boolean;
  /** It is told once more, by somebody who missed the answer: who has answered it answers again. */
  isRepeated: boolean;
  /** Runs the effect in one transaction with the inbox mark; false when that was done before. */
  once(effect: (tx: Tx) => Promise<void>): Promise<boolean>;
}

export type EventHandlers = {
  [Type in ShopEventType]?: (event: ShopEventOf<Type>, heard: Heard) => Promise<unknown>;
};

export interface Listening {
  /** Needs the inbox's schema. */
  db: Database;
  broker: Broker;
  log: Log;
  queue: QueueDefinition;
  handlers: EventHandlers;
  /** Events handled at once. */
  concurrency?: number;
}

/**
 * Handles the events of a queue until the broker closes. Events come at least once and in any order; a handler that
 * throws gets its event again. Whatever a handler writes, it writes in `once`; what it asks of others lies before that and
 * bears being repeated.
 */
export function listen(listening: Listening): void {
  const { broker, log, queue, concurrency = 8 } = listening;
  const consuming = broker.consume(queue, (delivery) => handle(listening, delivery), {
    concurrency,
    onDead: (message) => {
      log.warn({ queue: queue.name, message: message.id, error: message.error }, 'message given up');
      announceDead(broker, queue, message);
    },
  });
  consuming.then(
    () => log.info({ queue: queue.name }, 'listening to events'),
    (err) => log.error({ err, queue: queue.name }, 'cannot listen to events'),
  );
}

async function handle({ db, queue, handlers }: Listening, delivery: Delivery): Promise<void> {
  if (await wasHandled(db, delivery.id, queue.name)) return;
  const event = parseShopEvent(delivery.payload);
  // The table has a handler of exactly this event under its type.
  const handler = handlers[event.type] as ((event: ShopEvent, heard: Heard) => Promise<unknown>) | undefined;
  let isMarked = false;
  await handler?.(event, {
    attempt: delivery.attempt,
    isLast: delivery.attempt >= queue.attempts,
    isRepeated: delivery.id !== event.id,
    once: async (effect) => {
      const applied = await handleOnce(db, delivery.id, queue.name, effect);
      isMarked = true;
      return applied;
    },
  });
  // Nothing was to be done about it. That, too, is an end: without its mark it would count as lost.
  if (!isMarked) await handleOnce(db, delivery.id, queue.name, async () => {});
}
