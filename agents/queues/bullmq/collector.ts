import type { Job, Queue } from 'bullmq';
import { type DeadLetter, StormglassError } from '../../contract/index.ts';
import type { Choice, DeadLetters, QueueCollector, QueueReading } from '../collector.ts';
import { cut, traceIdIn } from '../letter.ts';
import { unwatched } from '../unwatched.ts';

/** Most messages that one redrive or purge takes at a time. */
const BATCH = 1_000;

export type BullQueue = Pick<
  Queue,
  | 'clean'
  | 'close'
  | 'drain'
  | 'getFailed'
  | 'getFailedCount'
  | 'getJob'
  | 'getJobCounts'
  | 'isPaused'
  | 'pause'
  | 'resume'
  | 'waitUntilReady'
> & { on(event: 'error', listener: (error: Error) => void): unknown };

/**
 * What can be done to a queue of BullMQ, wherever it lies. Changes go through BullMQ itself, which knows what else must
 * happen; readings are the business of each database.
 */
export abstract class BullmqCollector implements QueueCollector {
  readonly system = 'bullmq';
  readonly queues: readonly string[];
  readonly #onError: (error: Error) => void;
  readonly #opened = new Map<string, BullQueue>();

  constructor(queues: readonly string[], onError: (error: Error) => void) {
    this.queues = queues;
    this.#onError = onError;
  }

  abstract read(): Promise<QueueReading[]>;
  protected abstract connect(name: string): BullQueue;

  async setPaused(name: string, paused: boolean): Promise<boolean> {
    const queue = await this.open(name);
    await (paused ? queue.pause() : queue.resume());
    return queue.isPaused();
  }

  async redrive(name: string, { ids, limit = Number.POSITIVE_INFINITY }: Choice): Promise<number> {
    const queue = await this.open(name);
    if (ids !== undefined) return retry(await chosen(queue, ids.slice(0, limit)));
    // Those that are dead now: one which fails again meanwhile is not driven round and round.
    const wanted = Math.min(limit, await queue.getFailedCount());
    let redriven = 0;
    while (redriven < wanted) {
      const failed = await queue.getFailed(0, Math.min(BATCH, wanted - redriven) - 1);
      if (failed.length === 0) break;
      redriven += await retry(failed);
    }
    return redriven;
  }

  async purge(name: string): Promise<number> {
    const queue = await this.open(name);
    const left = async () => {
      const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'failed');
      return Object.values(counts).reduce((sum, n) => sum + n, 0);
    };
    const before = await left();
    await queue.drain(true);
    while ((await queue.clean(0, BATCH, 'failed')).length > 0);
    return Math.max(0, before - (await left()));
  }

  async dead(name: string, limit: number, offset = 0): Promise<DeadLetters> {
    const queue = await this.open(name);
    const failed = queue.getFailed(offset, offset + limit - 1);
    const [total, jobs] = await Promise.all([queue.getFailedCount(), failed]);
    return { total, letters: jobs.map(toLetter) };
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#opened.values()].map((queue) => queue.close()));
  }

  protected async open(name: string): Promise<BullQueue> {
    if (!this.queues.includes(name)) throw unwatched(name, this.queues);
    const known = this.#opened.get(name);
    if (known) return known;
    const queue = this.connect(name);
    queue.on('error', this.#onError);
    try {
      await queue.waitUntilReady();
    } catch (error) {
      await queue.close();
      throw new StormglassError(
        'control_failed',
        `the broker of ${name} does not answer: ${String(error)}`,
        'Try again when the broker is back.',
        { cause: error },
      );
    }
    this.#opened.set(name, queue);
    return queue;
  }
}

/** The dead ones among these ids. */
async function chosen(queue: BullQueue, ids: readonly string[]): Promise<Job[]> {
  const jobs = await Promise.all(ids.map((id) => queue.getJob(id)));
  const failed = await Promise.all(jobs.map(async (job) => ((await job?.isFailed()) ? job : undefined)));
  return failed.filter((job) => job !== undefined);
}

async function retry(jobs: readonly Job[]): Promise<number> {
  for (const job of jobs) await job.retry('failed', { resetAttemptsMade: true });
  return jobs.length;
}

function toLetter(job: Job): DeadLetter {
  return {
    id: job.id ?? '',
    name: job.name,
    failedAt: job.finishedOn ?? null,
    attempts: job.attemptsMade,
    error: job.failedReason ?? '',
    // Of the producer, which the consumer's span continues.
    traceId: traceIdIn(job.opts.telemetry?.metadata ?? ''),
    payload: cut(job.data),
  };
}
