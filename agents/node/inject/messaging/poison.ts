import type { MessageFault } from './fault.ts';

/** A payload that cannot be handled: sent so it stays so, handled so it is whole again at the next attempt. */
export const poison: MessageFault = {
  send: (message, strike) => {
    strike.done();
    return message.poisoned();
  },
  handle: (message, strike) => {
    strike.done();
    return message.poisoned();
  },
};
