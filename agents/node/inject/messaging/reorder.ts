import type { Strike } from '../share.ts';
import type { MessageFault } from './fault.ts';

interface Held {
  strike: Strike;
  go: () => void;
}

/** Holds messages until the window is full, its patience is over or the lease ends; then lets them go, the newest first. */
export function reordered({ count, ms }: { count: number; ms: number }): MessageFault {
  let window: Held[] = [];
  const release = (held: Held[]) => {
    if (window !== held) return;
    window = [];
    for (const { strike, go } of held.reverse()) {
      strike.done();
      go();
    }
  };
  const hold = (strike: Strike): Promise<void> =>
    new Promise((go) => {
      const held = window;
      held.push({ strike, go });
      if (held.length >= count) release(held);
      else if (held.length === 1) strike.wait(ms).then(() => release(held));
    });
  return {
    send: async (message, strike) => {
      await hold(strike);
      return message.pass();
    },
    handle: async (message, strike) => {
      await hold(strike);
      return message.pass();
    },
  };
}
