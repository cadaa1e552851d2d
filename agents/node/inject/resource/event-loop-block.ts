import type { Effect, Grip, Injector } from '../../leases.ts';
import { demand } from '../demand.ts';
import { pause } from '../share.ts';

/** A halt gets in between two slices. */
const SLICE_MS = 50;

/** The event loop of this process does nothing else, block by block. */
export const eventLoopBlock: Injector = {
  capabilities: ['event_loop_block:service'],
  arm: (grip: Grip): Effect => {
    const { ms, pauseMs } = demand(grip.lease.spec.action, 'event_loop_block');
    const over = new AbortController();
    // A bug of ours blocks no more; unheard, it would end the process.
    const running = blocks(grip, { ms, pauseMs }, over.signal).catch(() => undefined);
    return {
      end: async () => {
        over.abort();
        await running;
        return { words: 'the event loop turns', reverted: true };
      },
    };
  },
};

/** Each block counts as one effect. Ends with the lease, also in the middle of a block. */
async function blocks(
  grip: Grip,
  { ms, pauseMs }: { ms: number; pauseMs: number },
  over: AbortSignal,
): Promise<void> {
  // The answer that it is armed goes out first.
  await turn();
  while (!over.aborted) {
    const release = grip.take();
    if (release === null) return;
    for (let left = ms; left > 0 && !over.aborted; left -= SLICE_MS) {
      spin(Math.min(left, SLICE_MS));
      await turn();
    }
    release();
    await pause(pauseMs, over);
  }
}

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Everything that waits is done once: the next check phase lies behind the next poll. */
async function turn(): Promise<void> {
  await new Promise((next) => setImmediate(next));
  await new Promise((next) => setImmediate(next));
}
