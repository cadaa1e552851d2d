import { type ConfirmChannel, connect } from 'amqplib';
import { StormglassError } from '../../contract/index.ts';
import { type Clock, systemClock } from '../../node/clock.ts';
import type { Choice, DeadLetters, QueueCollector, QueueReading } from '../collector.ts';
import { unwatched } from '../unwatched.ts';
import { Counters, type Family } from './counters.ts';
import { look, putBack } from './dead-letters.ts';
import { Management, managementOf, type QueueRow, vhostOf } from './management.ts';

const CONNECT_LIMIT_MS = 2_000;

/**
 * Queues of RabbitMQ with the names that belong to them: `<name>.dead` for dead letters, `<name>.retry.<ms>` where
 * failed messages wait, `<name>.paused`, which pauses the consumers that look at it while a message lies there.
 */
export class RabbitMqCollector implements QueueCollector {
  readonly system = 'rabbitmq';
  readonly queues: readonly string[];
  readonly #url: string;
  readonly #management: Management;
  readonly #clock: Clock;
  readonly #counters = new Map<string, Counters>();

  /** `management` is the address of the management API; null: the usual port of the same host. */
  constructor(
    url: string,
    queues: readonly string[],
    management: string | null = null,
    clock: Clock = systemClock,
  ) {
    const address = new URL(url);
    this.#url = url;
    this.#clock = clock;
    this.#management = new Management(
      management === null ? managementOf(address) : new URL(management),
      vhostOf(address),
    );
    this.queues = queues;
  }

  async read(): Promise<QueueReading[]> {
    const rows = await this.#management.queues();
    return this.queues.flatMap((name) => {
      const family = familyOf(name, rows);
      if (family !== null) return [this.#reading(family)];
      // Whatever there will be happens under our eyes.
      this.#counters.set(name, new Counters(0));
      return [];
    });
  }

  setPaused(name: string, paused: boolean): Promise<boolean> {
    const mark = `${name}.paused`;
    return this.#onChannel(name, async (channel) => {
      const { messageCount } = await channel.checkQueue(mark);
      if (!paused) await channel.purgeQueue(mark);
      if (paused && messageCount === 0) {
        channel.sendToQueue(mark, Buffer.from('{"paused":true}'), { persistent: true });
        await channel.waitForConfirms();
      }
      return (await channel.checkQueue(mark)).messageCount > 0;
    });
  }

  redrive(name: string, choice: Choice): Promise<number> {
    return this.#onChannel(name, (channel) => putBack(channel, `${name}.dead`, name, choice));
  }

  async purge(name: string): Promise<number> {
    const family = familyOf(name, await this.#management.queues());
    return this.#onChannel(name, async (channel) => {
      const waiting = family?.retries.map((row) => row.name) ?? [];
      let purged = 0;
      // What waits for its next attempt first, or it would come back in the meantime.
      for (const queue of [...waiting, name, `${name}.dead`]) {
        purged += (await channel.purgeQueue(queue)).messageCount;
      }
      return purged;
    });
  }

  dead(name: string, limit: number, offset = 0): Promise<DeadLetters> {
    return this.#onChannel(name, (channel) => look(channel, `${name}.dead`, limit, offset));
  }

  async close(): Promise<void> {}

  #reading(family: Family): QueueReading {
    const { main, dead, retries, mark } = family;
    const counters = this.#counters.get(main.name) ?? new Counters(null);
    this.#counters.set(main.name, counters);
    return {
      queue: main.name,
      ready: main.messages_ready,
      delayed: retries.reduce((sum, row) => sum + row.messages_ready, 0),
      inFlight: main.messages_unacknowledged,
      dead: dead === undefined ? 0 : dead.messages_ready + dead.messages_unacknowledged,
      consumers: main.consumers,
      paused: mark === undefined ? null : mark.messages_ready > 0,
      ...counters.read(family),
      oldestAgeMs: counters.oldestAge(this.#clock.monotonic(), family),
    };
  }

  /** Somebody's click: a connection of its own is quick enough, and leaves nothing open. */
  async #onChannel<T>(name: string, work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    if (!this.queues.includes(name)) throw unwatched(name, this.queues);
    try {
      const connection = await connect(this.#url, { timeout: CONNECT_LIMIT_MS });
      // The rejected call tells it as well.
      connection.on('error', () => undefined);
      try {
        const channel = await connection.createConfirmChannel();
        channel.on('error', () => undefined);
        const result = await work(channel);
        // A connection that closes over an open channel takes its last acknowledgements with it.
        await channel.close();
        return result;
      } finally {
        await connection.close();
      }
    } catch (error) {
      throw new StormglassError(
        'control_failed',
        `RabbitMQ does not do it for ${name}: ${String(error)}`,
        'Try again when the broker is back and its consumers have started once.',
        { cause: error },
      );
    }
  }
}

/** Null while nobody has declared the queue. */
function familyOf(name: string, rows: ReadonlyMap<string, QueueRow>): Family | null {
  const main = rows.get(name);
  if (main === undefined) return null;
  const isRetry = (row: QueueRow) =>
    row.name.startsWith(`${name}.retry.`) && /^\d+$/.test(row.name.slice(`${name}.retry.`.length));
  const beside = (what: string) => rows.get(`${name}.${what}`);
  return { main, dead: beside('dead'), retries: [...rows.values()].filter(isRetry), mark: beside('paused') };
}
