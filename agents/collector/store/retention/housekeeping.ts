import type { Logger } from 'pino';

/** What is done again and again; a failure is its own business until the next time. */
export interface Chore {
  name: string;
  run(): Promise<void>;
}

/** Runs its chores one after another, then rests: never twice at once, however long one takes. */
export class Housekeeping {
  readonly #chores: readonly Chore[];
  readonly #everyMs: number;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  failures = 0;

  constructor(chores: readonly Chore[], everyMs: number, log: Logger) {
    this.#chores = chores;
    this.#everyMs = everyMs;
    this.#log = log;
    this.#timer = setTimeout(() => void this.#round(), 0);
  }

  /** What runs ends with the store. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #rest(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#round(), this.#everyMs);
  }

  async #round(): Promise<void> {
    for (const chore of this.#chores) {
      if (this.#stopped) return;
      try {
        await chore.run();
      } catch (cause) {
        if (this.#stopped) return;
        this.failures += 1;
        this.#log.error({ err: cause, chore: chore.name }, 'housekeeping failed and is tried again');
      }
    }
    this.#rest();
  }
}
