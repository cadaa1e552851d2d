import type { MessageFault } from './fault.ts';

/** Its sender believes that it was sent, its broker that it was handled. */
export const drop: MessageFault = {
  send: (message, strike) => {
    strike.done();
    return message.swallow();
  },
  handle: (message, strike) => {
    strike.done();
    return message.swallow();
  },
};
