import type { Log } from '../../kit/log.ts';
import { type Loop, startLoop } from '../../kit/loop.ts';
import { peerCallsOf } from './parse.ts';
import { CallWindow } from './window.ts';

const EVERY_MS = 5_000;
const LIMIT_MS = 2_000;

/** Reads every service's own counters of the calls it made; one that does not answer is left out of that round. */
export function watchServices(
  services: Readonly<Record<string, string>>,
  log: Log,
): { window: CallWindow; loop: Loop } {
  const window = new CallWindow();
  const loop = startLoop({
    name: 'service levels',
    intervalMs: EVERY_MS,
    log,
    run: async (signal) => {
      await Promise.allSettled(
        Object.entries(services).map(async ([name, url]) => {
          const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
          const answer = await fetch(new URL('/metrics', url), { signal: limit });
          if (answer.ok) window.add(name, Date.now(), peerCallsOf(await answer.text()));
        }),
      );
    },
  });
  return { window, loop };
}
