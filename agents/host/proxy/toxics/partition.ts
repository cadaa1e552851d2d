import { Holding } from '../holding.ts';
import type { Chunk, End, Seat, ToxicType } from '../stage.ts';

/**
 * Nothing gets through in this direction, its end and its resets included; afterwards everything arrives, as when a
 * network heals before TCP gives up. One toxic cuts one direction, two of them both.
 */
class Partitioned extends Holding<Record<string, never>> {
  override push(chunk: Chunk): void {
    this.seat.take();
    super.push(chunk);
  }

  override end(how: End): void {
    this.seat.take();
    super.end(how);
  }

  protected dueAt(): null {
    return null;
  }

  protected override endDueAt(): null {
    return null;
  }
}

export const partition: ToxicType<Record<string, never>> = {
  zeros: {},
  stage: (seat: Seat<Record<string, never>>) => new Partitioned(seat),
};
