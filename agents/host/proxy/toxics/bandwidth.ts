import { Holding } from '../holding.ts';
import type { Chunk, Seat, ToxicType } from '../stage.ts';

/** Low rates are spread: no portion takes longer than this. */
const PORTION_MS = 100;
/** What a late timer may be made up for; more would let a stream that paused burst afterwards. */
const CREDIT_MS = 5;

type Bandwidth = { rate: number };

/** At most `rate` KB (1000 bytes) a second; 0 lets nothing through. */
class Narrow extends Holding<Bandwidth> {
  #freeAt = 0;

  override push(chunk: Chunk): void {
    this.seat.take();
    super.push(chunk);
  }

  protected override portion(head: Chunk): number {
    return Math.min(head.data.length, Math.max(1, this.seat.attributes.rate * PORTION_MS));
  }

  protected dueAt(head: Chunk, size: number): number | null {
    const { rate } = this.seat.attributes;
    if (rate <= 0) return null;
    return Math.max(this.#freeAt, head.at - CREDIT_MS) + size / rate;
  }

  protected override passed(due: number): void {
    this.#freeAt = due;
  }

  override refresh(): void {
    this.#freeAt = performance.now();
    super.refresh();
  }
}

export const bandwidth: ToxicType<Bandwidth> = {
  zeros: { rate: 0 },
  stage: (seat: Seat<Bandwidth>) => new Narrow(seat),
};
