import type { Sending } from '../../instrument/passage.ts';
import { pause, type Strike } from '../share.ts';
import type { MessageFault } from './fault.ts';

/** The message goes as it is; its copies follow at the rate, and stop with the lease. */
export function burst({ count, rate }: { count: number; rate: number }): MessageFault {
  return {
    send: (message, strike) => {
      // A copy which the broker refuses is no business of the sender's.
      copies(message, strike, count, 1_000 / rate)
        .catch(() => undefined)
        .finally(() => strike.done());
      return message.pass();
    },
  };
}

async function copies(
  message: Sending<unknown>,
  { over }: Strike,
  count: number,
  everyMs: number,
): Promise<void> {
  const began = performance.now();
  for (let n = 1; n <= count && !over.aborted; n++) {
    await message.copy(n);
    // By the plan, not by the last copy: a slow broker does not lower the rate as long as it keeps up.
    const wait = began + n * everyMs - performance.now();
    if (wait > 0) await pause(wait, over);
  }
}
