import type { Budget } from './budget.ts';
import type { Attributes, Seat, Sink, Stage } from './stage.ts';
import type { Toxic } from './toxic.ts';

/** What a place asks of the chain it is part of. */
export interface Chain {
  readonly budget: Budget;
  after(place: Place): Sink;
  answer(data: Buffer): void;
  flow(): void;
}

/** One toxic's place in one direction of one connection; empty when the toxic does not hurt that connection. */
export class Place implements Seat {
  readonly toxic: Toxic;
  readonly late: boolean;
  readonly #chain: Chain;
  readonly #number: number;
  #draws = 0;
  #stage: Stage | null = null;

  constructor(chain: Chain, toxic: Toxic, late: boolean) {
    this.#chain = chain;
    this.toxic = toxic;
    this.late = late;
    this.#number = toxic.seat();
  }

  get stage(): Stage | null {
    return this.#stage;
  }

  get attributes(): Attributes {
    return this.toxic.attributes;
  }

  get next(): Sink {
    return this.#chain.after(this);
  }

  get scarce(): boolean {
    return this.#chain.budget.scarce;
  }

  take(): boolean {
    return this.toxic.take();
  }

  draw(): number {
    return this.toxic.draw(this.#number, this.#draws++);
  }

  count(): number {
    return this.toxic.count();
  }

  answer(data: Buffer): void {
    this.#chain.answer(data);
  }

  changed(by: number): void {
    this.#chain.budget.held += by;
    this.#chain.flow();
  }

  /** Takes its place, keeps it or leaves it, as the toxic is now. */
  refresh(): void {
    const hurts = this.toxic.hurts(this.#number);
    if (!hurts) this.clear();
    else if (this.#stage !== null) this.#stage.refresh();
    else this.#stage = this.toxic.kind.stage?.(this) ?? null;
  }

  clear(): void {
    this.#stage?.dissolve();
    this.#stage = null;
  }

  dispose(): void {
    this.#stage?.dispose();
    this.#stage = null;
  }
}
