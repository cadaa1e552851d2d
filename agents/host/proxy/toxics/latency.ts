import { Holding } from '../holding.ts';
import type { Chunk, Seat, ToxicType } from '../stage.ts';

/** As much as goes over a fast line in the time of a long delay; less would make it a limit of bandwidth. */
const MOST_BYTES = 32 * 1024 * 1024;

type Latency = { latency: number; jitter: number };

/** Everything arrives `latency` +/- `jitter` milliseconds late, in order. */
class Late extends Holding<Latency> {
  /** Drawn once for each chunk, so that a change of the attributes changes its delay and not its luck. */
  readonly #draws = new WeakMap<Chunk, number>();

  protected override get most(): number {
    return MOST_BYTES;
  }

  override push(chunk: Chunk): void {
    if (!this.seat.take()) this.#draws.set(chunk, Number.NaN);
    else this.#draws.set(chunk, this.seat.draw());
    super.push(chunk);
  }

  protected dueAt(head: Chunk): number {
    const draw = this.#draws.get(head) ?? 0.5;
    if (Number.isNaN(draw)) return head.at;
    const { latency, jitter } = this.seat.attributes;
    return head.at + latency + Math.max(0, jitter) * (draw * 2 - 1);
  }
}

export const latency: ToxicType<Latency> = {
  zeros: { latency: 0, jitter: 0 },
  stage: (seat: Seat<Latency>) => new Late(seat),
};
