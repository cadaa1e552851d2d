import { createRedisBackend, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import type { QueueFlow, QueueReading } from '../collector.ts';
import { BullmqCollector, type BullQueue } from './collector.ts';
import { flowOf } from './event-cursor.ts';

const { Queue } = withBackend(createRedisBackend);
const PREFIX = 'bull';
/** A late sample is better than none; readings never overlap. */
const COMMAND_LIMIT_MS = 2_000;
/** BullMQ keeps about ten thousand events of a queue: what happened beyond that within a second is not counted. */
const MOST_EVENTS = 10_000;

/** BullMQ in Redis: one pipeline a second for counts, oldest messages and events of all queues. */
export class BullmqRedisCollector extends BullmqCollector {
  readonly #client: Redis;
  /** Id of the newest event that was counted, by queue. */
  readonly #cursors = new Map<string, string>();

  /** `onError` hears of connections that break while idle. */
  constructor(url: string, queues: readonly string[], onError: (error: Error) => void) {
    super(queues, onError);
    this.#client = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_LIMIT_MS,
      retryStrategy: () => 500,
    });
    this.#client.on('error', onError);
  }

  override async read(): Promise<QueueReading[]> {
    const workers = await this.#workers();
    const readings = await Promise.all(this.queues.map((queue) => this.#reading(queue, workers)));
    return readings.filter((reading) => reading !== null);
  }

  override async close(): Promise<void> {
    await super.close();
    this.#client.disconnect();
  }

  protected override connect(name: string): BullQueue {
    // Its own client: BullMQ cannot close one of its own while Redis is away.
    return new Queue(name, { connection: this.#client, prefix: PREFIX, skipMetasUpdate: true });
  }

  /** Null while nobody has used the queue. */
  async #reading(queue: string, workers: Map<string, number>): Promise<QueueReading | null> {
    const key = (part: string) => `${PREFIX}:${queue}:${part}`;
    const [known, waiting, prioritized, delayed, active, failed, paused] = await this.#numbers([
      ['exists', key('meta'), key('events')],
      ['llen', key('wait')],
      ['zcard', key('prioritized')],
      ['zcard', key('delayed')],
      ['llen', key('active')],
      ['zcard', key('failed')],
      ['hexists', key('meta'), 'paused'],
    ]);
    if (!known) {
      // Whatever there will be happens under our eyes.
      this.#cursors.set(queue, '0-0');
      return null;
    }
    return {
      queue,
      ready: (waiting ?? 0) + (prioritized ?? 0),
      delayed: delayed ?? 0,
      inFlight: active ?? 0,
      dead: failed ?? 0,
      oldestAgeMs: await this.#oldestAge(key),
      consumers: workers.get(queue) ?? 0,
      paused: paused === 1,
      ...(await this.#flow(queue, key('events'))),
    };
  }

  async #numbers(commands: string[][]): Promise<number[]> {
    const results = (await this.#client.pipeline(commands).exec()) ?? [];
    return results.map(([error, value]) => {
      if (error) throw error;
      return Number(value);
    });
  }

  /** The next to be taken is at the end of the list. A repeated message waits since its last attempt at most. */
  async #oldestAge(key: (part: string) => string): Promise<number | null> {
    const [id] = await this.#client.lrange(key('wait'), -1, -1);
    if (id === undefined) return null;
    const [added, processed] = await this.#client.hmget(key(id), 'timestamp', 'processedOn');
    if (added === null || added === undefined) return null;
    const [seconds] = await this.#client.time();
    return Math.max(0, Number(seconds) * 1000 - Math.max(Number(added), Number(processed ?? 0)));
  }

  async #flow(queue: string, stream: string): Promise<QueueFlow> {
    const cursor = this.#cursors.get(queue);
    if (cursor === undefined) {
      const [newest] = await this.#client.xrevrange(stream, '+', '-', 'COUNT', 1);
      this.#cursors.set(queue, newest?.[0] ?? '0-0');
      return flowOf([]);
    }
    const events = await this.#client.xrange(stream, `(${cursor}`, '+', 'COUNT', MOST_EVENTS);
    this.#cursors.set(queue, events.at(-1)?.[0] ?? cursor);
    return flowOf(events.map(([, fields]) => toEvent(fields)));
  }

  /** Workers of each queue, by the names that BullMQ gives their connections. */
  async #workers(): Promise<Map<string, number>> {
    const list = String(await this.#client.client('LIST'));
    const counts = new Map<string, number>();
    for (const [, name = ''] of list.matchAll(/ name=(\S+)/g)) {
      const [prefix, queue = '', role] = name.split(':');
      if (prefix !== PREFIX || (role !== undefined && role !== 'w')) continue;
      const decoded = Buffer.from(queue, 'base64').toString();
      counts.set(decoded, (counts.get(decoded) ?? 0) + 1);
    }
    return counts;
  }
}

function toEvent(fields: readonly string[]): { event: string; jobId: string; prev: string | null } {
  const pairs = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) pairs.set(fields[i] ?? '', fields[i + 1] ?? '');
  return {
    event: pairs.get('event') ?? '',
    jobId: pairs.get('jobId') ?? '',
    prev: pairs.get('prev') ?? null,
  };
}
