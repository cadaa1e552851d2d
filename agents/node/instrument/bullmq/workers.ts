/** As much of a BullMQ worker as the agent touches. */
export interface WorkerLike {
  readonly name: string;
  isPaused(): boolean;
  pause(doNotWaitActive?: boolean): Promise<void>;
  resume(): unknown;
  once(event: 'closed', listener: () => void): unknown;
}

/** The workers of this process, alive from their construction until they close. */
export class Workers {
  readonly #all = new Set<WorkerLike>();
  readonly #listeners = new Set<(worker: WorkerLike) => void>();

  add(worker: WorkerLike): void {
    this.#all.add(worker);
    worker.once('closed', () => this.#all.delete(worker));
    // It is still being constructed.
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(worker);
    });
  }

  of(queue: string): WorkerLike[] {
    return [...this.#all].filter((worker) => worker.name === queue);
  }

  get queues(): string[] {
    return [...new Set([...this.#all].map((worker) => worker.name))];
  }

  onAdded(listener: (worker: WorkerLike) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
