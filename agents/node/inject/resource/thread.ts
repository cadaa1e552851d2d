import { Worker } from 'node:worker_threads';

const BEAT_MS = 250;

/** What every thread of a fault is given besides its own parameters. */
export interface Lifeline {
  /** The process's monotonic clock in ms, written again and again while its event loop turns. */
  beat: BigInt64Array;
  /** A thread that has seen no beat for so long does no more harm, ms. */
  silenceMs: number;
}

/**
 * A thread that does harm inside this process and nowhere else: it stops, ends and is limited with it. It is ended from
 * outside even in the middle of a loop, and holds off by itself while nobody could end it.
 */
export class HarmThread {
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;
  readonly #ended: Promise<unknown>;

  /** `file` is started with `data` and a `Lifeline`. It says anything once when its harm is done. */
  constructor(file: URL, data: object, silenceMs: number) {
    const beat = new BigInt64Array(new SharedArrayBuffer(8));
    const write = () => Atomics.store(beat, 0, now());
    write();
    this.#timer = setInterval(write, BEAT_MS);
    this.#timer.unref();
    const workerData = { ...data, beat, silenceMs } satisfies Lifeline;
    // Nothing of the service's own preloads belongs into it.
    this.#worker = new Worker(file, { workerData, execArgv: [], env: {}, stdin: false });
    this.#worker.unref();
    this.#ended = new Promise((resolve) => this.#worker.once('exit', resolve));
  }

  /** Resolves when its harm is done; rejects when it cannot be. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.once('message', () => resolve());
      this.#worker.once('error', reject);
      this.#worker.once('exit', () => reject(new Error('the thread ended before it was ready')));
    });
  }

  /** Resolves when it is gone. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.terminate();
    await this.#ended;
  }
}

/** Of the whole process, so that threads agree on it. */
export function now(): bigint {
  return process.hrtime.bigint() / 1_000_000n;
}
