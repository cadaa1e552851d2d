import type { MessageFault } from './fault.ts';

/** The message goes to the broker later; who waits for the broker's word waits as long. */
export function delayed(ms: number): MessageFault {
  return {
    send: async (message, strike) => {
      await strike.wait(ms);
      strike.done();
      return message.pass();
    },
  };
}

/** Each message is handled later; whoever works on it is taken meanwhile. */
export function slow(ms: number): MessageFault {
  return {
    handle: async (message, strike) => {
      await strike.wait(ms);
      strike.done();
      return message.pass();
    },
  };
}
