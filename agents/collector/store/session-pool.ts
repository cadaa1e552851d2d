import { StormglassError } from '../../contract/errors.ts';

/** Sessions or readers of the engine, each of which runs one statement at a time; who finds none idle waits in line. */
export class SessionPool<S extends { close(): void }> {
  readonly #sessions: readonly S[];
  readonly #idle: S[];
  readonly #waiting: PromiseWithResolvers<S>[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #maxWaiting: number;
  #closed = false;

  constructor(sessions: readonly S[], maxWaiting: number) {
    this.#sessions = sessions;
    this.#idle = [...sessions];
    this.#maxWaiting = maxWaiting;
  }

  /** Statements under way. */
  get running(): ReadonlySet<Promise<unknown>> {
    return this.#running;
  }

  /**
   * Runs `use` on the next free session. Rejects when the pool is closed, too many wait (`store_unavailable`), or
   * `signal` aborts before its turn has come.
   */
  async run<T>(use: (session: S) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#closed) throw closed();
    const session = this.#idle.pop() ?? (await this.#turn(signal));
    try {
      if (signal?.aborted) throw cancelled();
      const run = use(session);
      this.#running.add(run);
      return await run.finally(() => this.#running.delete(run));
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(session);
      else next.resolve(session);
    }
  }

  /** Refuses what waits and what comes; what runs goes on. */
  refuse(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
  }

  /** To be called when nothing runs any more. */
  close(): void {
    for (const session of this.#sessions) session.close();
  }

  #turn(signal: AbortSignal | undefined): Promise<S> {
    if (this.#waiting.length >= this.#maxWaiting) return Promise.reject(busy(this.#maxWaiting));
    const turn = Promise.withResolvers<S>();
    this.#waiting.push(turn);
    signal?.addEventListener(
      'abort',
      () => {
        const at = this.#waiting.indexOf(turn);
        if (at >= 0) this.#waiting.splice(at, 1);
        turn.reject(cancelled());
      },
      { once: true },
    );
    return turn.promise;
  }
}

function cancelled(): Error {
  return new Error('Code: 394. DB::Exception: The client has gone. (QUERY_WAS_CANCELLED)');
}

function busy(waiting: number): StormglassError {
  return new StormglassError(
    'store_unavailable',
    `${waiting} queries wait for the telemetry store already`,
    'Ask again in a moment.',
  );
}

function closed(): StormglassError {
  return new StormglassError(
    'store_unavailable',
    'the telemetry store is closing',
    'Ask again when it has restarted.',
  );
}
