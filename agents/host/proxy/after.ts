/** Beyond it a timer would fire at once: 24 days. */
const MOST_MS = 2 ** 31 - 1;

/** A timer for as many milliseconds as somebody outside says. */
export function after(ms: number, act: () => void): NodeJS.Timeout {
  return setTimeout(act, Math.min(Math.max(0, ms), MOST_MS));
}
