import type { Attributes, Chunk, End, Seat, Stage } from './stage.ts';

/** A stage that holds nothing back. */
export abstract class Passing<A extends Attributes> implements Stage {
  readonly full = false;
  readonly held = 0;
  protected readonly seat: Seat<A>;

  constructor(seat: Seat<A>) {
    this.seat = seat;
  }

  abstract push(chunk: Chunk): void;

  end(how: End): void {
    this.seat.next.end(how);
  }

  refresh(): void {}

  dissolve(): void {
    this.dispose();
  }

  dispose(): void {}
}
