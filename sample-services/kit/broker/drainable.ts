import type { Broker, Consumer } from './port.ts';

export interface DrainableBroker extends Broker {
  /** Nothing more is taken, and what is in hands is handled; publishing goes on. */
  drain(): Promise<void>;
}

/** A broker whose consumers can end before everything that they need for it. */
export function drainable(broker: Broker): DrainableBroker {
  const consumers = new Set<Consumer>();
  let isDraining = false;
  return {
    system: broker.system,
    publish: (queue, message) => broker.publish(queue, message),
    consume: async (queue, handler, options) => {
      const consumer = await broker.consume(queue, handler, options);
      consumers.add(consumer);
      // The broker may have come only while we were going.
      if (isDraining) await consumer.close();
      return consumer;
    },
    drain: async () => {
      isDraining = true;
      await Promise.all([...consumers].map((consumer) => consumer.close()));
    },
    ping: () => broker.ping(),
    close: () => broker.close(),
  };
}
