/** The hub's clock in the browser: its offset comes with each frame, so the browser's own clock is never trusted. */
let offsetMs = 0;
let secondNow = 0;
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

function tick(): void {
  const next = Math.floor((Date.now() + offsetMs) / 1000) * 1000;
  if (next === secondNow) return;
  secondNow = next;
  for (const listener of [...listeners]) listener();
}

/** First listener starts the ticking, the last one ends it. */
export function subscribeSeconds(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) {
    tick();
    timer = setInterval(tick, 200);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

export const serverNow = {
  /** Epoch ms, whole seconds; changes only together with a notification. */
  second: (): number => {
    if (secondNow === 0) secondNow = Math.floor((Date.now() + offsetMs) / 1000) * 1000;
    return secondNow;
  },
  /** Epoch ms, for canvases that move and for actions; never for rendering. */
  exact: (): number => Date.now() + offsetMs,
};

export function setClockOffset(ms: number): void {
  offsetMs = ms;
}
