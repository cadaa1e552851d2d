import { Holding } from '../holding.ts';
import type { Chunk, End, Seat, ToxicType } from '../stage.ts';

type SlowClose = { delay: number };

/** The end of the stream arrives `delay` milliseconds late. */
class SlowlyClosed extends Holding<SlowClose> {
  #endedAt: number | null = null;

  protected dueAt(head: Chunk): number {
    return head.at;
  }

  override end(how: End): void {
    if (this.#endedAt === null && this.seat.take()) this.#endedAt = performance.now();
    super.end(how);
  }

  protected override endDueAt(): number {
    return this.#endedAt === null ? 0 : this.#endedAt + this.seat.attributes.delay;
  }
}

export const slowClose: ToxicType<SlowClose> = {
  zeros: { delay: 0 },
  stage: (seat: Seat<SlowClose>) => new SlowlyClosed(seat),
};
