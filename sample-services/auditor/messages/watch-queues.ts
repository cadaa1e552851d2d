import type { Log } from '../../kit/log.ts';
import { type Loop, startLoop } from '../../kit/loop.ts';
import { untraced } from '../../kit/untraced.ts';
import { EmptyQueues, heldOf } from './empty-queues.ts';

const EVERY_MS = 2_000;
const LIMIT_MS = 2_000;

/** Asks the queue agent at that address what the broker holds; while it does not answer no queue is known to be empty. */
export function watchQueues(url: string, settleMs: number, log: Log): { queues: EmptyQueues; loop: Loop } {
  const queues = new EmptyQueues(settleMs);
  const loop = startLoop({
    name: 'queues',
    intervalMs: Math.min(EVERY_MS, settleMs / 8),
    log,
    run: async (signal) => {
      const at = Date.now();
      let held: ReadonlyMap<string, number> = new Map();
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
        const answer = await untraced(() => fetch(new URL('/metrics', url), { signal: limit }));
        const text = await answer.text();
        if (answer.ok) held = heldOf(text);
      } finally {
        queues.add(at, held);
      }
    },
  });
  return { queues, loop };
}
