import { trace } from '@opentelemetry/api';
import { CORRELATION_ATTR, CORRELATION_HEADER, carriedBy, withCorrelation } from '../correlation.ts';
import type { Log } from '../log.ts';
import type { Broker, Delivery, QueueDefinition } from './port.ts';

/**
 * A broker whose handlers run under the correlation id of their message, which their spans and log lines carry, too. A
 * handler that throws says so in a line of its own: the broker keeps only the last reason.
 */
export function correlated(broker: Broker, log: Log): Broker {
  return {
    system: broker.system,
    publish: (queue, message) => broker.publish(queue, message),
    consume: (queue, handler, { concurrency, onDead }) =>
      broker.consume(
        queue,
        (delivery) => about(delivery, () => handler(delivery).catch(told(log, queue, delivery))),
        {
          concurrency,
          ...(onDead === undefined ? {} : { onDead: (dead) => carriedBy(dead.headers, () => onDead(dead)) }),
        },
      ),
    ping: () => broker.ping(),
    close: () => broker.close(),
  };
}

function about<T>({ headers }: Delivery, work: () => T): T {
  const id = headers[CORRELATION_HEADER];
  if (id === undefined) return work();
  trace.getActiveSpan()?.setAttribute(CORRELATION_ATTR, id);
  return withCorrelation(id, work);
}

function told(log: Log, queue: QueueDefinition, { id, attempt }: Delivery): (error: Error) => never {
  return (error) => {
    log.warn({ queue: queue.name, message: id, attempt, error: error.message }, 'message not handled');
    throw error;
  };
}
