import { withProcess } from '@stormglass/agents/node';
import type { EachBatchPayload, Kafka, Consumer as KafkaConsumer, KafkaMessage } from 'kafkajs';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { Hands } from '../hands.ts';
import type { Consumer, Delivery, QueueDefinition } from '../port.ts';
import { toDelivery } from './message.ts';
import { Progress } from './progress.ts';
import { pausedTopic, retryTopics } from './topics.ts';

const SESSION_MS = 10_000;
const HEARTBEAT_MS = 1_500;
const LOOK_MS = 1_000;
const RECONNECT_MS = 500;

export interface SubscriptionOptions {
  kafka: Kafka;
  queue: QueueDefinition;
  concurrency: number;
  handle(delivery: Delivery): Promise<void>;
  /** What becomes of a message whose handler threw. It is done with when this resolves. */
  fail(delivery: Delivery, error: Error): Promise<void>;
  /** Topics of the cluster, to see the mark of a paused queue. */
  topics(): Promise<string[]>;
  clock: Clock;
  log: Log;
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
  /** Aborted while there are no hands. */
  #idle = new AbortController();
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
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, () => joined.resolve());
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [queue.name, ...retryTopics(queue)], fromBeginning: true });
    await this.#consumer.run({
      eachBatchAutoResolve: false,
      autoCommitThreshold: 1,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.#batch(payload),
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
    await this.#consumer.disconnect();
  }

  /** Without hands the partitions stand still, and what was fetched of them is forgotten: a purge may delete it. */
  #setHands(): void {
    const limit = this.#paused ? 0 : this.#concurrency;
    this.#hands.limit = limit;
    if (limit === 0) {
      this.#idle.abort();
    } else if (this.#idle.signal.aborted) {
      this.#idle = new AbortController();
      for (const resume of this.#resumes.splice(0)) resume();
    }
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

  /**
   * Handles the messages of one partition side by side. Returns early, with what is done committed, when the group is
   * being rearranged: a handler that takes its time must not keep all others waiting.
   */
  async #batch(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, isStale, resolveOffset, commitOffsetsIfNecessary, pause } = payload;
    const idle = this.#idle.signal;
    const now = this.#options.clock.now();
    const messages = batch.messages.map((message) => ({ message, read: readable(message) }));
    // All of a topic of repetitions wait equally long: behind the first that is not due none is.
    const early = messages.findIndex(({ read }) => read !== null && read.due > now);
    const due = early < 0 ? messages : messages.slice(0, early);
    const [ended, abandoned] = [new AbortController(), new AbortController()];
    const stopped = AbortSignal.any([abandoned.signal, idle, this.#stop.signal]);
    const progress = new Progress(due.map(({ message }) => message.offset));
    const work = due.map(async ({ message, read }) => {
      if (!(await this.#process(message, read, stopped))) return;
      const reached = progress.finish(message.offset);
      if (reached !== null && !isStale()) resolveOffset(reached);
    });
    const all = Promise.all(work).finally(() => ended.abort());
    try {
      while (!ended.signal.aborted) {
        await this.#options.clock.sleep(HEARTBEAT_MS, ended.signal);
        await heartbeat();
        await commitOffsetsIfNecessary();
      }
      await all;
    } finally {
      abandoned.abort();
    }
    if (idle.aborted && idle === this.#idle.signal) this.#resumes.push(pause());
    else if (early >= 0) this.#resumeAt(messages[early]?.read?.due ?? now, pause());
  }

  /** KafkaJS fetches no more for this process while a batch is being handled, so nothing may wait for its time there. */
  #resumeAt(due: number, resume: () => void): void {
    const { clock } = this.#options;
    void clock.sleep(due - clock.now(), this.#stop.signal).then(() => {
      if (!this.#stop.signal.aborted) resume();
    });
  }

  /** False when it was not done, and has to come again. */
  async #process(message: KafkaMessage, read: Read | null, stopped: AbortSignal): Promise<boolean> {
    const { log, queue } = this.#options;
    if (read === null) {
      log.warn({ queue: queue.name, offset: message.offset }, 'not readable, left out');
      return true;
    }
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

type Read = ReturnType<typeof toDelivery>;

function readable(message: KafkaMessage): Read | null {
  try {
    return toDelivery(message);
  } catch {
    return null;
  }
}
