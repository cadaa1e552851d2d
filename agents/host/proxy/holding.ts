import { after } from './after.ts';
import type { Attributes, Chunk, End, Seat, Stage } from './stage.ts';

/** What a connection may have held back in one direction before its sender is held back, where nothing says otherwise. */
const FEW_BYTES = 64 * 1024;

/** A stage that keeps chunks back, in order, until each is due. */
export abstract class Holding<A extends Attributes> implements Stage {
  protected readonly seat: Seat<A>;
  readonly #queue: Chunk[] = [];
  /** Index of the head: shifting a long array for each chunk would cost its length each time. */
  #first = 0;
  #held = 0;
  #end: End | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(seat: Seat<A>) {
    this.seat = seat;
  }

  get held(): number {
    return this.#held;
  }

  get full(): boolean {
    return this.#held >= (this.seat.scarce ? FEW_BYTES : this.most);
  }

  /** Most bytes held back. */
  protected get most(): number {
    return FEW_BYTES;
  }

  /** How many bytes of the head go on together. */
  protected portion(head: Chunk): number {
    return head.data.length;
  }

  /** When such a portion of the head may go on, monotonic milliseconds; null: not before something changes. */
  protected abstract dueAt(head: Chunk, size: number): number | null;

  /** When the end may go on, after all that was held. */
  protected endDueAt(_now: number): number | null {
    return 0;
  }

  /** Told of each portion that goes on; `due` as `dueAt` said. */
  protected passed(_due: number): void {}

  /** A portion goes on; `head` is what it was cut from. */
  protected deliver(chunk: Chunk, _head: Chunk): void {
    this.seat.next.push(chunk);
  }

  /** True: only one portion a turn of the event loop, so that each is written by itself. */
  protected get single(): boolean {
    return false;
  }

  push(chunk: Chunk): void {
    this.#queue.push(chunk);
    this.#hold(chunk.data.length);
    if (this.#timer === null) this.#pump();
  }

  end(how: End): void {
    this.#end = how;
    if (this.#timer === null) this.#pump();
  }

  refresh(): void {
    this.#pump();
  }

  dissolve(): void {
    this.#stopTimer();
    for (let head = this.#queue[this.#first]; head !== undefined; head = this.#queue[this.#first]) {
      this.#release(head, head.data.length, head.at);
    }
    this.#finish();
  }

  dispose(): void {
    this.#stopTimer();
    this.#hold(-this.#held);
    this.#queue.length = 0;
    this.#end = null;
  }

  #pump(): void {
    this.#stopTimer();
    for (let head = this.#queue[this.#first]; head !== undefined; head = this.#queue[this.#first]) {
      const size = this.portion(head);
      const due = this.dueAt(head, size);
      if (due === null) return;
      const now = performance.now();
      if (due > now) {
        this.#wait(due - now);
        return;
      }
      this.passed(due);
      this.#release(head, size, due);
      if (!this.single || this.#queue.length === this.#first) continue;
      this.#wait(0);
      return;
    }
    this.#pumpEnd();
  }

  #pumpEnd(): void {
    if (this.#end === null) return;
    const now = performance.now();
    const due = this.endDueAt(now);
    if (due === null) return;
    if (due > now) this.#wait(due - now);
    else this.#finish();
  }

  #release(head: Chunk, size: number, at: number): void {
    const data = size < head.data.length ? head.data.subarray(0, size) : head.data;
    if (data === head.data) this.#shift();
    else this.#queue[this.#first] = { data: head.data.subarray(size), at: head.at };
    this.deliver({ data, at }, head);
    this.#hold(-data.length);
  }

  #shift(): void {
    this.#first++;
    if (this.#first < 64 || this.#first * 2 < this.#queue.length) return;
    this.#queue.splice(0, this.#first);
    this.#first = 0;
  }

  #finish(): void {
    const how = this.#end;
    this.#end = null;
    if (how !== null) this.seat.next.end(how);
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    this.seat.changed(bytes);
  }

  #wait(ms: number): void {
    // Rounded up: a timer of 1.9 ms would fire after 1.
    this.#timer = after(Math.ceil(ms), () => this.#pump());
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
