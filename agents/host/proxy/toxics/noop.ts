import { Passing } from '../passing.ts';
import type { Chunk, Seat, ToxicType } from '../stage.ts';

/** Does nothing; Toxiproxy has it, too. */
class Harmless extends Passing<Record<string, never>> {
  push(chunk: Chunk): void {
    this.seat.next.push(chunk);
  }
}

export const noop: ToxicType<Record<string, never>> = {
  zeros: {},
  stage: (seat: Seat<Record<string, never>>) => new Harmless(seat),
};
