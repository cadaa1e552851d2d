import type { Socket } from 'node:net';
import type { Budget } from './budget.ts';
import { type Chain, Place } from './place.ts';
import type { End, Sink } from './stage.ts';
import type { Stream, Toxic } from './toxic.ts';

/** What a link may do to the connection it is one direction of. */
export interface Ends {
  close(): void;
  reset(): void;
  /** Says a last word to whoever sends on this link. */
  answer(source: Socket, data: Buffer): void;
}

/** One direction of a connection: from a socket, through the toxics in its way, to the other socket. */
export class Link implements Chain {
  readonly stream: Stream;
  readonly budget: Budget;
  readonly #source: Socket;
  readonly #target: Socket;
  readonly #ends: Ends;
  readonly #sink: Sink;
  readonly #places: Place[] = [];
  /** The first stage, or the target itself when there is none: what every chunk is given to. */
  #head: Sink;
  #isBare = true;

  constructor(stream: Stream, source: Socket, target: Socket, ends: Ends, budget: Budget) {
    this.stream = stream;
    this.budget = budget;
    this.#source = source;
    this.#target = target;
    this.#ends = ends;
    this.#sink = { push: ({ data }) => void target.write(data), end: (how) => this.#end(how) };
    this.#head = this.#sink;
  }

  /** Begins to carry data. */
  start(toxics: readonly Toxic[]): void {
    for (const toxic of toxics) this.add(toxic, false);
    const source = this.#source;
    const target = this.#target;
    source.on('data', (data: Buffer) => {
      if (this.#isBare) {
        if (!target.write(data)) source.pause();
      } else {
        this.#head.push({ data, at: performance.now() });
        this.flow();
      }
    });
    source.on('end', () => this.#head.end('end'));
    source.on('close', (failed) => {
      if (failed) this.#head.end('reset');
    });
    target.on('drain', () => this.flow());
    source.resume();
  }

  /** `late`: the connection was there first. */
  add(toxic: Toxic, late: boolean): void {
    if (toxic.spec.stream !== this.stream) return;
    const place = new Place(this, toxic, late);
    this.#places.push(place);
    place.refresh();
    this.#rewire();
  }

  remove(toxic: Toxic): void {
    const index = this.#places.findIndex((place) => place.toxic === toxic);
    const place = this.#places[index];
    if (place === undefined) return;
    place.clear();
    this.#places.splice(index, 1);
    this.#rewire();
  }

  refresh(toxic: Toxic): void {
    for (const place of this.#places) if (place.toxic === toxic) place.refresh();
    this.#rewire();
  }

  dispose(): void {
    for (const place of this.#places) place.dispose();
    this.#rewire();
  }

  after(place: Place): Sink {
    return this.#firstFrom(this.#places.indexOf(place) + 1);
  }

  answer(data: Buffer): void {
    this.#ends.answer(this.#source, data);
  }

  /** Holds the sender back while there is no room, and only then. */
  flow(): void {
    const congested = this.#target.writableNeedDrain || this.#places.some(({ stage }) => stage?.full);
    if (congested) this.#source.pause();
    else if (this.#source.isPaused()) this.#source.resume();
  }

  #rewire(): void {
    this.#head = this.#firstFrom(0);
    this.#isBare = this.#head === this.#sink;
    this.flow();
  }

  #firstFrom(index: number): Sink {
    for (let i = index; i < this.#places.length; i++) {
      const stage = this.#places[i]?.stage;
      if (stage) return stage;
    }
    return this.#sink;
  }

  #end(how: End): void {
    if (how === 'end') this.#target.end();
    else if (how === 'close') this.#ends.close();
    else this.#ends.reset();
  }
}
