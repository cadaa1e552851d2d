import { StormglassError } from '../../contract/index.ts';
import type { WorkerLike, Workers } from '../instrument/bullmq/workers.ts';
import type { Effect, Grip, Injector, ReadBack } from '../leases.ts';
import { standing } from '../standing.ts';

const ACTIVE_LIMIT_MS = 2_000;

/**
 * Stops this process's workers of one queue: they finish what they hold and fetch no more. Dies with the process, so
 * nothing is left to undo after a crash.
 */
export class ConsumerStop implements Injector {
  readonly #workers: Workers;

  constructor(workers: Workers) {
    this.#workers = workers;
  }

  get capabilities(): string[] {
    return this.#workers.queues.length === 0 ? [] : ['consumer_stop:consumer'];
  }

  async arm(grip: Grip): Promise<Effect> {
    const { target } = grip.lease.spec;
    if (target.kind !== 'consumer') {
      throw new StormglassError('fault_unsupported', 'only a consumer can be stopped', 'Target a consumer.');
    }
    const found = this.#workers.of(target.queue);
    if (found.length === 0) {
      const known = this.#workers.queues.join(', ') || 'no queue';
      throw new StormglassError(
        'target_absent',
        `this process has no worker for ${target.queue}`,
        `It consumes ${known}.`,
      );
    }
    // One that the service itself, or another fault, paused is not ours to resume later.
    const running = found.filter((worker) => !worker.isPaused());
    if (running.length === 0) {
      throw new StormglassError(
        'conflict',
        `the consumers of ${target.queue} are stopped already`,
        'Release the fault that stopped them, or let the service resume them.',
      );
    }
    const stopped = new Set<WorkerLike>();
    const forget = this.#workers.onAdded((worker) => {
      // One that cannot be stopped runs on: it is not in the read-back, and the service must not die of it.
      if (worker.name === target.queue) stop(worker, stopped).catch(() => stopped.delete(worker));
    });
    try {
      await Promise.all(running.map((worker) => stop(worker, stopped)));
    } catch (error) {
      forget();
      await resume(stopped);
      throw error;
    }
    return standing(grip, async () => {
      forget();
      await resume(stopped);
      return readBack(stopped);
    });
  }
}

async function stop(worker: WorkerLike, stopped: Set<WorkerLike>): Promise<void> {
  stopped.add(worker);
  // Not the variant which does not wait for active jobs: it leaves the worker waiting for one last message.
  await within(worker.pause(), ACTIVE_LIMIT_MS);
}

async function resume(stopped: ReadonlySet<WorkerLike>): Promise<void> {
  await Promise.all([...stopped].map((worker) => worker.resume()));
}

/** Active jobs may take long. The worker fetches no more from the call on, whether or not they are done. */
function within(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function readBack(stopped: Set<WorkerLike>): ReadBack {
  const paused = [...stopped].filter((worker) => worker.isPaused()).length;
  const runs = stopped.size - paused;
  return { words: `${runs} of ${stopped.size} workers run again`, reverted: paused === 0 };
}
