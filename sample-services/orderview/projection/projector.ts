import { QUEUES } from '../../events/queues.ts';
import { parseShopEvent } from '../../events/shop-event.ts';
import type { Delivery } from '../../kit/broker/port.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import type { Database } from '../../kit/database.ts';
import { handleOnce } from '../../kit/inbox.ts';
import { applyEvents } from './apply.ts';
import { openGenerations, readGenerations } from './generations.ts';
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
    const isNew = await handleOnce(this.#db, delivery.id, QUEUES.orderview.name, async (tx) => {
      await applyEvents(tx, openGenerations(await readGenerations(tx)), [event]);
    });
    if (isNew) this.#lag.record(Date.parse(event.at), this.#clock.now());
  }
}
