/** Time as the agent's decisions see it; replaced by a hand-wound one in tests. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary origin: survives every change of the wall clock. */
  monotonic(): number;
  /** Epoch milliseconds, for telling people only. */
  wall(): number;
  /** Runs `fn` once after `ms`; the function given back cancels. Never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
}

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
