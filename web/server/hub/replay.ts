import type { LiveCursor, LiveFrame } from '../../live/protocol.ts';

/** The last frames, so that a browser which was away for a moment gets exactly what it missed. */
export class Replay {
  #frames: LiveFrame[] = [];
  #floor = 0;
  readonly #epoch: string;
  readonly #limit: number;

  constructor(epoch: string, limit: number) {
    this.#epoch = epoch;
    this.#limit = limit;
  }

  get size(): number {
    return this.#frames.length;
  }

  push(frame: LiveFrame): void {
    this.#frames.push(frame);
    if (this.#frames.length <= this.#limit) return;
    const dropped = this.#frames.shift();
    if (dropped) this.#floor = dropped.cursor.seq;
  }

  /** Nothing before `seq` (inclusive) can be replayed from now on. */
  forgetUpTo(seq: number): void {
    this.#floor = seq;
    this.#frames = this.#frames.filter((frame) => frame.cursor.seq > seq);
  }

  /** The frames after the cursor; null when some of them are gone, or it is of another life or from the future. */
  since(cursor: LiveCursor, current: number): LiveFrame[] | null {
    if (cursor.epoch !== this.#epoch || cursor.seq < this.#floor || cursor.seq > current) return null;
    return this.#frames.filter((frame) => frame.cursor.seq > cursor.seq);
  }
}
