import type { Clock } from '../kit/clock.ts';
import type { PeerOutcome } from '../kit/peer/outcome.ts';

/** A service that is restarted in good order is back within a few seconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/**
 * Waits for a service of which no instance is there just now: all of them said that they go, so one will come. Nothing
 * was sent. Any other outcome, a refused connection too, is given back at once.
 */
export async function patiently<T>(
  clock: Clock,
  call: () => Promise<PeerOutcome<T>>,
): Promise<PeerOutcome<T>> {
  const deadline = clock.now() + PATIENCE_MS;
  for (;;) {
    const outcome = await call();
    const nobody = outcome.kind === 'notSent' && outcome.reason === 'no_instance';
    if (!nobody || clock.now() >= deadline) return outcome;
    await clock.sleep(PAUSE_MS);
  }
}
