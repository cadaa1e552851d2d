/** Time as decisions see it; tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

let offsetMs = 0;

/** From now on this process's clock is so far ahead; 0 sets it right. Durations are measured across the jump. */
export function skewClock(ms: number): void {
  offsetMs = ms;
}

export const systemClock: Clock = {
  now: () => Date.now() + offsetMs,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
