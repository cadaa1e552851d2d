import { withProcess } from '@stormglass/agents/node';
import type { EachBatchPayload, Kafka, Consumer as KafkaConsumer, KafkaMessage } from 'kafkajs';
import type { Log } from '../../log.ts';
import type { Handling } from '../handling.ts';
import { Hands } from '../hands.ts';
import type { Consumer, Delivery, QueueDefinition } from '../port.ts';
import { Lane } from './lane.ts';
import { toDelivery } from './message.ts';
import { pausedTopic, retryTopics } from './topics.ts';

const SESSION_MS = 10_000;
const HEARTBEAT_MS = 1_500;
const LOOK_MS = 1_000;
const RECONNECT_MS = 500;

export interface SubscriptionOptions extends Handling {
  kafka: Kafka;
  queue: QueueDefinition;
  /** Topics of the cluster, to see the mark of a paused queue. */
  topics(): Promise<string[]>;
}

/** One member of the consumer group that has the queue's name, on the queue's topic and those of its repetitions. */
export class Subscription implements Consumer {
  readonly #options: SubscriptionOptions;
  readonly #consumer: KafkaConsumer;
  readonly #hands: Hands;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #concurrency: number;
  #paused = false;
  readonly #lanes = new Map<string, { lane: Lane; topic: string; partition: number }>();
  readonly #resumes: (() => void)[] = [];
  #looking: Promise<void> = Promise.resolve();

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency;
    this.#hands = new Hands(options.concurrency);
    this.#consumer = options.kafka.consumer({
      groupId: options.queue.name,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: 500,
      retry: { initialRetryTime: 200, maxRetryTime: 1_000, retries: 5, restartOnFailure: async () => true },
    });
  }

  /** Resolves when it is a member of the group and has its partitions. */
  async start(): Promise<void> {
    const { queue } = this.#options;
    const joined = Promise.withResolvers<void>();
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, () => {
      // KafkaJS begins anew at what is committed.
      for (const { lane } of this.#lanes.values()) lane.drop();
      this.#lanes.clear();
      joined.resolve();
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [queue.name, ...retryTopics(queue)], fromBeginning: true });
    await this.#consumer.run({
      eachBatchAutoResolve: false,
      autoCommit: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.#fetched(payload),
    });
    this.#looking = this.#lookForPause();
    await joined.promise;
  }

  async scale(concurrency: number): Promise<void> {
    this.#concurrency = concurrency;
    this.#setHands();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
    await Promise.all(this.#running);
    await Promise.all([...this.#lanes.values()].map(({ lane }) => lane.settle()));
    await this.#consumer.disconnect();
  }

  /** Without hands the partitions stand still, and what was fetched of them is forgotten: a purge may delete it. */
  #setHands(): void {
    this.#hands.limit = this.#limit;
    if (this.#limit === 0) this.#forget();
    else for (const resume of this.#resumes.splice(0)) resume();
  }

  get #limit(): number {
    return this.#paused ? 0 : this.#concurrency;
  }

  #forget(): void {
    for (const { lane, topic, partition } of this.#lanes.values()) {
      const offset = lane.drop();
      if (offset !== null) this.#consumer.seek({ topic, partition, offset });
    }
    this.#lanes.clear();
  }

  async #lookForPause(): Promise<void> {
    const { clock, queue, topics } = this.#options;
    while (!this.#stop.signal.aborted) {
      // While Kafka is away the queue stays as it was.
      const known = await topics().catch(() => null);
      if (known !== null) this.#paused = known.includes(pausedTopic(queue.name));
      this.#setHands();
      await clock.sleep(LOOK_MS, this.#stop.signal);
    }
  }

  async #fetched({ batch, pause, resolveOffset }: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = batch;
    // Fetched just before the hands were taken away: it stays where it is.
    if (this.#limit === 0) {
      this.#resumes.push(pause());
      return;
    }
    const key = `${topic}/${partition}`;
    const owned = this.#lanes.get(key) ?? { lane: this.#newLane(topic, partition), topic, partition };
    this.#lanes.set(key, owned);
    owned.lane.take(messages, pause);
    // From here it is fetched on; where a new owner would begin is the lane's to store.
    resolveOffset(batch.lastOffset());
  }

  #newLane(topic: string, partition: number): Lane {
    const { log } = this.#options;
    return new Lane({
      handle: (message, dropped) => this.#process(message, AbortSignal.any([dropped, this.#stop.signal])),
      // Refused when the partition is no longer ours: its new owner gets the messages again.
      commit: (offset) =>
        this.#consumer.commitOffsets([{ topic, partition, offset }]).catch((err) => {
          log.debug({ err, topic, partition }, 'an offset was not stored');
        }),
    });
  }

  /** False when it was not done, and has to come again. */
  async #process(message: KafkaMessage, stopped: AbortSignal): Promise<boolean> {
    const { clock, log, queue } = this.#options;
    const read = readable(message);
    if (read === null) {
      log.warn({ queue: queue.name, offset: message.offset }, 'not readable, left out');
      return true;
    }
    if (read.due > clock.now()) await clock.sleep(read.due - clock.now(), stopped);
    const giveBack = await this.#hands.take(stopped);
    if (giveBack === null) return false;
    const done = this.#handle(read.delivery).finally(giveBack);
    const running = done.then(() => undefined);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
    return done;
  }

  /** Never rejects. A failing handler marks the message's span; only a failing `fail` leaves the message undone. */
  async #handle(delivery: Delivery): Promise<boolean> {
    const { fail, handle, log, queue } = this.#options;
    const { id, conversationId, headers } = delivery;
    const info = { system: 'kafka', destination: queue.name, id, conversationId };
    try {
      await withProcess(info, headers, () => handle(delivery));
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      return this.#retry(() => fail(delivery, reason), log);
    }
  }

  /** Where a failed message goes has to be known before it is done with here. */
  async #retry(work: () => Promise<void>, log: Log): Promise<boolean> {
    while (!this.#stop.signal.aborted) {
      try {
        await work();
        return true;
      } catch (err) {
        log.warn({ err, queue: this.#options.queue.name }, 'a failed message cannot be put away, trying on');
        await this.#options.clock.sleep(RECONNECT_MS, this.#stop.signal);
      }
    }
    return false;
  }
}

function readable(message: KafkaMessage): ReturnType<typeof toDelivery> | null {
  try {
    return toDelivery(message);
  } catch {
    return null;
  }
}
