import { Passing } from '../passing.ts';
import type { Chunk, Seat, ToxicType } from '../stage.ts';

type LimitData = { bytes: number };

/** Closes the connection when `bytes` bytes have got through. */
class Limited extends Passing<LimitData> {
  #sent = 0;
  #over = false;

  push(chunk: Chunk): void {
    if (this.#over) return;
    const left = Math.max(0, this.seat.attributes.bytes - this.#sent);
    const data = chunk.data.subarray(0, left);
    if (chunk.data.length >= left && !this.seat.take()) {
      this.seat.next.push(chunk);
      return;
    }
    this.#sent += data.length;
    if (data.length > 0) this.seat.next.push({ data, at: chunk.at });
    if (this.#sent < this.seat.attributes.bytes) return;
    this.#over = true;
    this.seat.next.end('close');
  }
}

export const limitData: ToxicType<LimitData> = {
  zeros: { bytes: 0 },
  stage: (seat: Seat<LimitData>) => new Limited(seat),
};
