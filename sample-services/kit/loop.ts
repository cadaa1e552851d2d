import { type Clock, systemClock } from './clock.ts';
import type { Log } from './log.ts';

export interface Loop {
  /** Runs the next round now instead of at the end of the interval. */
  nudge(): void;
  /** Resolves when the running round is over and none follows. */
  stop(): Promise<void>;
}

interface LoopOptions {
  name: string;
  intervalMs: number;
  log: Log;
  clock?: Clock;
  /** True asks for another round at once (there was more than one round's work). */
  run(signal: AbortSignal): Promise<unknown>;
}

/** Repeats `run` until stopped. A round that fails is logged (once per distinct message in a row) and repeated. */
export function startLoop({ name, intervalMs, log, clock = systemClock, run }: LoopOptions): Loop {
  const stop = new AbortController();
  let wake = new AbortController();
  let nudged = false;
  let lastFailure = '';

  const round = async (): Promise<boolean> => {
    try {
      const again = await run(stop.signal);
      lastFailure = '';
      return again === true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== lastFailure && !stop.signal.aborted)
        log.warn({ loop: name, err: error }, 'round failed');
      lastFailure = message;
      return false;
    }
  };

  const ended = (async () => {
    while (!stop.signal.aborted) {
      nudged = false;
      const again = await round();
      if (again || nudged || stop.signal.aborted) continue;
      wake = new AbortController();
      await clock.sleep(intervalMs, wake.signal);
    }
  })();

  return {
    nudge: () => {
      nudged = true;
      wake.abort();
    },
    stop: () => {
      stop.abort();
      wake.abort();
      return ended;
    },
  };
}
