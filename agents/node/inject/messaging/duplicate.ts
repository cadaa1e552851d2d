import type { MessageFault } from './fault.ts';

/** The same message again, under its own id: what at-least-once delivery allows at any time. */
export function duplicated(count: number): MessageFault {
  return {
    send: async (message, strike) => {
      strike.done();
      const answer = await message.pass();
      for (let n = 0; n < count; n++) await message.again();
      return answer;
    },
    handle: (message, strike) => {
      strike.done();
      return message.repeated(count);
    },
  };
}
