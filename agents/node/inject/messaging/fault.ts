import type { Handling, Sending } from '../../instrument/passage.ts';
import type { Strike } from '../share.ts';

/** What one fault does to the messages that it hits. Each strike is done when the fault's own part is over. */
export interface MessageFault {
  send?<R>(message: Sending<R>, strike: Strike): Promise<R>;
  handle?<R>(message: Handling<R>, strike: Strike): Promise<R>;
}
