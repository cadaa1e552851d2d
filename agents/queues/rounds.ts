import { setTimeout as sleep } from 'node:timers/promises';

export interface Rounds {
  everyMs: number;
  /** Ends them; a round under way may see it too. */
  down: AbortSignal;
  /** The first failure after a success, and null at the first success after it: not every few seconds. */
  onTrouble(error: unknown): void;
}

/** Does `round` again and again, whether it fails or not, until `down`. */
export async function keepDoing(
  round: () => Promise<void>,
  { everyMs, down, onTrouble }: Rounds,
): Promise<void> {
  let failing = false;
  while (!down.aborted) {
    const began = performance.now();
    try {
      await round();
      if (failing) onTrouble(null);
      failing = false;
    } catch (error) {
      if (!failing && !down.aborted) onTrouble(error);
      failing = true;
    }
    const rest = Math.max(0, everyMs - (performance.now() - began));
    // The only way for this to reject is `down`, which the loop's condition sees.
    await sleep(rest, undefined, { signal: down }).catch(() => undefined);
  }
}
