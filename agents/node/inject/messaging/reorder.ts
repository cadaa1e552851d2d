import type { Strike } from '../share.ts';
import type { MessageFault } from './fault.ts';

interface Held {
  strike: Strike;
  run(): Promise<unknown>;
}

/**
 * Holds messages until the window is full, its patience is over or the lease ends; then lets them go, the newest first.
 * Those that are sent go one after the other, those that are handled begin in that order.
 */
export function reordered({ count, ms }: { count: number; ms: number }): MessageFault {
  return {
    send: holder(count, ms, true),
    handle: holder(count, ms, false),
  };
}

function holder(count: number, ms: number, oneByOne: boolean) {
  let window: Held[] = [];
  const release = async (held: Held[]) => {
    if (window !== held) return;
    window = [];
    for (const { strike } of held) strike.done();
    for (const { run } of held.reverse()) {
      const over = run();
      if (oneByOne) await over;
    }
  };
  return <R>(message: { pass(): Promise<R> }, strike: Strike): Promise<R> =>
    new Promise((resolve, reject) => {
      const held = window;
      // What becomes of the message is its owner's to hear.
      held.push({ strike, run: () => message.pass().then(resolve, reject) });
      if (held.length >= count) void release(held);
      else if (held.length === 1) strike.wait(ms).then(() => release(held));
    });
}
