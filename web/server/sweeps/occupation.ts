import { StormglassError } from '@stormglass/agents/contract';

interface Held {
  id: string;
  stop: AbortController;
  done: Promise<void>;
  left: PromiseWithResolvers<void>;
  /** Cells that run now. */
  cells: Set<string>;
}

/** Who hurts the system now: one sweep, or one shrink of it. */
export class Occupation {
  #held: Held | null = null;
  #freed: () => void = () => undefined;

  onFree(listener: () => void): void {
    this.#freed = listener;
  }

  /** Null when nobody does. */
  get holder(): string | null {
    return this.#held?.id ?? null;
  }

  holds(id: string): boolean {
    return this.#held?.id === id;
  }

  refuse(): void {
    if (this.#held === null) return;
    throw new StormglassError(
      'run_in_progress',
      `the sweep ${this.#held.id} is running`,
      'Wait for its end, or stop it.',
    );
  }

  /** Taken before anything is waited for, or two would begin. */
  take(id: string): AbortSignal {
    this.refuse();
    const stop = new AbortController();
    this.#held = { id, stop, done: Promise.resolve(), left: Promise.withResolvers(), cells: new Set() };
    return stop.signal;
  }

  leave(): void {
    const held = this.#held;
    this.#held = null;
    held?.left.resolve();
    this.#freed();
  }

  /** Resolves when nobody holds it any more, who is still planning included. */
  async idle(): Promise<void> {
    await this.#held?.left.promise;
  }

  /** Held until `work` is done; it must not reject. */
  run(work: Promise<void>): void {
    const held = this.#held;
    if (held === null) return;
    held.done = work.then(() => {
      if (this.#held === held) this.leave();
    });
  }

  began(cellId: string): void {
    this.#held?.cells.add(cellId);
  }

  over(cellId: string): void {
    this.#held?.cells.delete(cellId);
  }

  cellsOf(id: string): string[] {
    return this.#held?.id === id ? [...this.#held.cells] : [];
  }

  abort(why: string): void {
    this.#held?.stop.abort(new Error(why));
  }

  /** Resolves when what ran has been reverted. */
  async stop(why: string): Promise<void> {
    const held = this.#held;
    this.abort(why);
    await held?.done;
  }
}
