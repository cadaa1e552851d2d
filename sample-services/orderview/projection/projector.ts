import { QUEUES } from '../../events/queues.ts';
import { parseShopEvent } from '../../events/shop-event.ts';
import type { Delivery } from '../../kit/broker/port.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import type { Database } from '../../kit/database.ts';
import { handleOnceWith } from '../../kit/inbox.ts';
import { foldEvents, lockOf } from './apply.ts';
import { type OpenGenerations, openGenerations } from './generations.ts';
import type { Lag } from './lag.ts';

/** Takes events from the queue into the read models, each once. */
export class Projector {
  readonly #db: Database;
  readonly #lag: Lag;
  readonly #clock: Clock;

  constructor(parts: { db: Database; lag: Lag; clock?: Clock }) {
    this.#db = parts.db;
    this.#lag = parts.lag;
    this.#clock = parts.clock ?? systemClock;
  }

  async handle(delivery: Delivery): Promise<void> {
    const event = parseShopEvent(delivery.payload);
    const needs = {
      select: `(select current from projection) as current, (select building from projection) as building,
        ${lockOf('hashtext($4)')}`,
      values: [event.orderId],
    };
    const isNew = await handleOnceWith<OpenGenerations>(
      this.#db,
      { messageId: delivery.id, consumer: QUEUES.orderview.name, needs },
      (tx, generations) => foldEvents(tx, openGenerations(generations), [event]),
    );
    if (isNew) this.#lag.record(Date.parse(event.at), this.#clock.now());
  }
}
