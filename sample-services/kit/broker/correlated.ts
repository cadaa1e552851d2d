import { trace } from '@opentelemetry/api';
import { CORRELATION_ATTR, CORRELATION_HEADER, withCorrelation } from '../correlation.ts';
import type { Broker, Delivery } from './port.ts';

/** A broker whose handlers run under the correlation id of their message, which their spans carry, too. */
export function correlated(broker: Broker): Broker {
  return {
    system: broker.system,
    publish: (queue, message) => broker.publish(queue, message),
    consume: (queue, handler, options) =>
      broker.consume(queue, (delivery) => handle(delivery, handler), options),
    ping: () => broker.ping(),
    close: () => broker.close(),
  };
}

function handle(delivery: Delivery, handler: (delivery: Delivery) => Promise<void>): Promise<void> {
  const id = delivery.headers[CORRELATION_HEADER];
  if (id === undefined) return handler(delivery);
  trace.getActiveSpan()?.setAttribute(CORRELATION_ATTR, id);
  return withCorrelation(id, () => handler(delivery));
}
