import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Delivery } from './port.ts';

/** What a subscription does with what it takes, whichever broker it comes from. */
export interface Handling {
  /** Handlers at once. */
  concurrency: number;
  handle(delivery: Delivery): Promise<void>;
  /** What becomes of a message whose handler threw. The broker is told that it is done with when this resolves. */
  fail(delivery: Delivery, error: Error): Promise<void>;
  clock: Clock;
  log: Log;
}
