import { after } from '../after.ts';
import { Passing } from '../passing.ts';
import type { Chunk, Seat, ToxicType } from '../stage.ts';

type ResetPeer = { timeout: number };

/**
 * Cuts the connection off with RST on both sides, `timeout` milliseconds after its first data or its end. One that was
 * there before the toxic is cut off without waiting for data: it may be idle in somebody's pool.
 */
class CutOff extends Passing<ResetPeer> {
  #timer: NodeJS.Timeout | null = null;
  #takes = true;

  constructor(seat: Seat<ResetPeer>) {
    super(seat);
    if (seat.late) this.#begin();
  }

  push(chunk: Chunk): void {
    this.#begin();
    if (!this.#takes) this.seat.next.push(chunk);
  }

  override end(how: 'end' | 'close' | 'reset'): void {
    this.#begin();
    if (!this.#takes || how === 'reset') this.seat.next.end(how);
  }

  override dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #begin(): void {
    if (this.#timer !== null || !this.#takes) return;
    this.#takes = this.seat.take();
    if (!this.#takes) return;
    // A turn later at the earliest: the chain may just be under construction.
    this.#timer = after(this.seat.attributes.timeout, () => this.seat.next.end('reset'));
  }
}

export const resetPeer: ToxicType<ResetPeer> = {
  zeros: { timeout: 0 },
  stage: (seat: Seat<ResetPeer>) => new CutOff(seat),
};
