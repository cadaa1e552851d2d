import { Holding } from '../holding.ts';
import type { Chunk, Seat, ToxicType } from '../stage.ts';

type Slicer = { average_size: number; size_variation: number; delay: number };

/** Cuts data into pieces of `average_size` +/- `size_variation` bytes, `delay` microseconds apart. */
class Slices extends Holding<Slicer> {
  #nextAt = 0;
  /** Size of the next slice; drawn once, however often it is asked for. */
  #size: number | null = null;

  protected override get single(): boolean {
    return true;
  }

  override push(chunk: Chunk): void {
    this.seat.take();
    super.push(chunk);
  }

  protected override portion(head: Chunk): number {
    const { average_size: average, size_variation: variation } = this.seat.attributes;
    // What is little over a slice is one slice, so that no crumb is left.
    if (head.data.length - average <= variation) return head.data.length;
    this.#size ??= Math.max(1, Math.round(average + Math.max(0, variation) * (this.seat.draw() * 2 - 1)));
    return Math.min(this.#size, head.data.length);
  }

  protected dueAt(head: Chunk): number {
    return Math.max(this.#nextAt, head.at);
  }

  protected override passed(due: number): void {
    this.#size = null;
    this.#nextAt = due + this.seat.attributes.delay / 1000;
  }
}

export const slicer: ToxicType<Slicer> = {
  zeros: { average_size: 0, size_variation: 0, delay: 0 },
  stage: (seat: Seat<Slicer>) => new Slices(seat),
};
