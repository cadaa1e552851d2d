import { after } from '../after.ts';
import { Passing } from '../passing.ts';
import type { Seat, ToxicType } from '../stage.ts';

type Timeout = { timeout: number };

/** Drops everything and closes the connection after `timeout` milliseconds; with 0 when the toxic is taken away. */
class Silent extends Passing<Timeout> {
  #timer: NodeJS.Timeout | null = null;

  constructor(seat: Seat<Timeout>) {
    super(seat);
    this.refresh();
  }

  push(): void {
    this.seat.take();
  }

  override refresh(): void {
    this.dispose();
    const { timeout } = this.seat.attributes;
    if (timeout > 0) this.#timer = after(timeout, () => this.seat.next.end('close'));
  }

  override dissolve(): void {
    this.dispose();
    // What was dropped is missing: the connection is of no use any more.
    this.seat.next.end('close');
  }

  override dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

export const timeout: ToxicType<Timeout> = {
  zeros: { timeout: 0 },
  stage: (seat: Seat<Timeout>) => new Silent(seat),
};
