/** Takes one message of a queue and never finishes it, until somebody kills it. Arguments: broker's URL, queue as JSON, lock in ms. */
import { pino } from 'pino';
import { z } from 'zod';
import { openBroker } from '../open.ts';

const [url = '', queue = '', lockMs = ''] = process.argv.slice(2);
const Queue = z.object({ name: z.string(), attempts: z.number(), backoffMs: z.number() });
const broker = openBroker({
  url,
  log: pino({ level: 'silent' }),
  ...(lockMs === '' ? {} : { lockMs: Number(lockMs) }),
});
await broker.consume(
  Queue.parse(JSON.parse(queue)),
  () => {
    process.stdout.write('holding\n');
    return new Promise(() => {});
  },
  { concurrency: 1 },
);
