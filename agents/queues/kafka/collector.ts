import { type Admin, Kafka, logLevel } from 'kafkajs';
import { StormglassError } from '../../contract/index.ts';
import { type Clock, systemClock } from '../../node/clock.ts';
import { Arrivals } from '../arrivals.ts';
import type { Choice, DeadLetters, QueueCollector, QueueReading } from '../collector.ts';
import { newest } from '../letter.ts';
import { unwatched } from '../unwatched.ts';
import { type Buried, freshHeaders, readTopic } from './dead-letters.ts';
import { FlowMeter, type Lags } from './flow.ts';
import { lagOf, retriesOf, type TopicLag } from './lag.ts';

/** What was read of a queue so far. */
interface Memory {
  flow: FlowMeter;
  arrivals: Arrivals;
}

/** The group whose committed offset says up to where dead letters were redriven. */
const redriving = (queue: string) => `${queue}.redrive`;

/**
 * Queues on Kafka, by offsets: what a consumer group has not committed waits. Kafka does not tell which of that is in a
 * consumer's hands, so there is no such figure, and `ready` contains it.
 */
export class KafkaCollector implements QueueCollector {
  readonly system = 'kafka';
  readonly queues: readonly string[];
  readonly #kafka: Kafka;
  readonly #clock: Clock;
  readonly #memories = new Map<string, Memory>();
  #admin: Promise<Admin> | null = null;

  constructor(url: string, queues: readonly string[], clock: Clock = systemClock) {
    this.queues = queues;
    this.#clock = clock;
    this.#kafka = new Kafka({
      brokers: [new URL(url).host],
      clientId: 'stormglass-queue-agent',
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      retry: { initialRetryTime: 100, maxRetryTime: 300, retries: 3 },
      logLevel: logLevel.NOTHING,
    });
  }

  async read(): Promise<QueueReading[]> {
    const admin = await this.#open();
    const topics = new Set(await admin.listTopics());
    const readings = await Promise.all(this.queues.map((queue) => this.#reading(admin, queue, topics)));
    return readings.filter((reading) => reading !== null);
  }

  setPaused(name: string, paused: boolean): Promise<boolean> {
    const mark = `${name}.paused`;
    return this.#act(name, async (admin) => {
      const there = (await admin.listTopics()).includes(mark);
      const wanted = { topics: [{ topic: mark, numPartitions: 1 }], waitForLeaders: false };
      if (paused && !there) await admin.createTopics(wanted);
      if (!paused && there) await admin.deleteTopics({ topics: [mark] });
      return paused;
    });
  }

  /** From the oldest on: a log has no holes, so a single dead letter can be redriven only while it is the oldest. */
  redrive(name: string, { ids, limit = Number.POSITIVE_INFINITY }: Choice): Promise<number> {
    return this.#act(name, async (admin) => {
      const buried = await this.#buried(admin, name);
      const chosen = buried.slice(0, Math.min(limit, ids?.length ?? Number.POSITIVE_INFINITY));
      if (ids !== undefined && chosen.some(({ letter }) => !ids.includes(letter.id))) {
        throw new StormglassError(
          'invalid_request',
          'Kafka gives dead letters back in their order only',
          `The next is ${buried[0]?.letter.id ?? 'none'}; redrive so many instead of by id.`,
        );
      }
      await this.#sendAgain(name, chosen);
      const last = chosen.at(-1);
      if (last) await this.#redriven(admin, name, last.offset + 1);
      return chosen.length;
    });
  }

  purge(name: string): Promise<number> {
    return this.#act(name, async (admin) => {
      const lags = await this.#lags(admin, name, new Set(await admin.listTopics()));
      if (lags === null) return 0;
      const { main, retries, dead } = lags;
      for (const [topic, { stands }] of this.#named(name, lags)) {
        const partitions = stands.map(({ partition, high }) => ({ partition, offset: String(high) }));
        await admin.deleteTopicRecords({ topic, partitions });
      }
      const waiting = retries.reduce((sum, each) => sum + each.waiting, main.waiting);
      return waiting + (dead?.waiting ?? 0);
    });
  }

  dead(name: string, limit: number, offset = 0): Promise<DeadLetters> {
    return this.#act(name, async (admin) => {
      const buried = await this.#buried(admin, name);
      const letters = buried.map(({ letter }) => letter);
      return { total: letters.length, letters: newest(letters, limit, offset) };
    });
  }

  async close(): Promise<void> {
    const admin = await this.#admin?.catch(() => null);
    await admin?.disconnect();
  }

  /** Null while nobody has made the topic. */
  async #reading(admin: Admin, queue: string, topics: ReadonlySet<string>): Promise<QueueReading | null> {
    const lags = await this.#lags(admin, queue, topics);
    const memory = this.#memories.get(queue) ?? { flow: new FlowMeter(), arrivals: new Arrivals() };
    this.#memories.set(queue, memory);
    if (lags === null) {
      // Whatever there will be happens under our eyes.
      memory.flow.fromNothing();
      return null;
    }
    const { main, retries, dead } = lags;
    const { groups } = await admin.describeGroups([queue]);
    return {
      queue,
      ready: main.waiting,
      delayed: retries.reduce((sum, each) => sum + each.waiting, 0),
      inFlight: null,
      dead: dead?.waiting ?? 0,
      oldestAgeMs: memory.arrivals.read(this.#clock.monotonic(), main.done, main.waiting),
      consumers: groups[0]?.members.length ?? null,
      paused: topics.has(`${queue}.paused`),
      ...memory.flow.read(lags),
    };
  }

  async #lags(admin: Admin, queue: string, topics: ReadonlySet<string>): Promise<Lags | null> {
    if (!topics.has(queue)) return null;
    const retries = retriesOf(queue, topics);
    const [own, dead] = await Promise.all([
      lagOf(admin, queue, [queue, ...retries]),
      lagOf(admin, redriving(queue), topics.has(`${queue}.dead`) ? [`${queue}.dead`] : []),
    ]);
    const main = own.get(queue);
    if (main === undefined) return null;
    return {
      main,
      retries: retries.flatMap((topic) => own.get(topic) ?? []),
      dead: dead.get(`${queue}.dead`),
    };
  }

  #named(queue: string, { main, retries, dead }: Lags): [string, TopicLag][] {
    return [
      [queue, main],
      ...retries.map((lag, i): [string, TopicLag] => [`${queue}.retry.${i + 1}`, lag]),
      ...(dead === undefined ? [] : [[`${queue}.dead`, dead] as [string, TopicLag]]),
    ];
  }

  async #buried(admin: Admin, name: string): Promise<Buried[]> {
    const topic = `${name}.dead`;
    const lag = (await lagOf(admin, redriving(name), [topic])).get(topic);
    const [stand] = lag?.stands ?? [];
    return stand === undefined ? [] : readTopic(this.#kafka, topic, stand.committed, stand.high);
  }

  async #sendAgain(topic: string, chosen: readonly Buried[]): Promise<void> {
    if (chosen.length === 0) return;
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    try {
      const messages = chosen.map(({ message }) => ({
        key: null,
        value: message.value,
        headers: freshHeaders(message),
      }));
      await producer.send({ topic, acks: -1, messages });
    } finally {
      await producer.disconnect();
    }
  }

  async #redriven(admin: Admin, name: string, offset: number): Promise<void> {
    const partitions = [{ partition: 0, offset: String(offset) }];
    await admin.setOffsets({ groupId: redriving(name), topic: `${name}.dead`, partitions });
  }

  async #act<T>(name: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    if (!this.queues.includes(name)) throw unwatched(name, this.queues);
    try {
      return await work(await this.#open());
    } catch (error) {
      if (error instanceof StormglassError) throw error;
      throw new StormglassError(
        'control_failed',
        `Kafka does not do it for ${name}: ${String(error)}`,
        'Try again when the broker is back.',
        { cause: error },
      );
    }
  }

  #open(): Promise<Admin> {
    this.#admin ??= this.#connect().catch((error) => {
      this.#admin = null;
      throw error;
    });
    return this.#admin;
  }

  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }
}
