import type { MessageFault } from './fault.ts';

/** The work is done and its acknowledgement is lost: the broker delivers the message again. */
export const ackLost: MessageFault = {
  handle: (message, strike) => {
    strike.done();
    return message.unacknowledged();
  },
};
