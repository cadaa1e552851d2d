import { systemTime, type Time } from '../time.ts';

interface Timer {
  at: number;
  call: () => void;
  cancel: () => void;
}

/** The system's time, which a test can put forward: what is due by then happens at once, in order. */
export class JumpingTime implements Time {
  readonly #timers = new Set<Timer>();
  #ahead = 0;

  /** Begins at `start`, epoch ms. */
  constructor(start: number = systemTime.now()) {
    this.#ahead = start - systemTime.now();
  }

  now(): number {
    return systemTime.now() + this.#ahead;
  }

  monotonic(): number {
    return systemTime.monotonic() + this.#ahead;
  }

  after(ms: number, call: () => void): () => void {
    const timer: Timer = { at: this.now() + ms, call, cancel: () => undefined };
    const ring = () => {
      this.#timers.delete(timer);
      timer.call();
    };
    timer.cancel = systemTime.after(ms, ring);
    this.#timers.add(timer);
    return () => {
      timer.cancel();
      this.#timers.delete(timer);
    };
  }

  every(ms: number, call: () => void): () => void {
    return systemTime.every(ms, call);
  }

  /** To an instant of its own, epoch ms. */
  jumpTo(at: number): void {
    this.#ahead += at - this.now();
    const due = [...this.#timers].filter((timer) => timer.at <= at).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      timer.cancel();
      if (this.#timers.delete(timer)) timer.call();
    }
  }
}
