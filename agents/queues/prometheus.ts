import { addMetricsSource } from '../node/metrics-text.ts';
import type { QueueReading } from './collector.ts';

/** A queue's last reading, while it is fresh. */
export interface NamedReading {
  system: string;
  reading: QueueReading;
}

/** The queues on the agent's own `/metrics`: what `current` gives when it is scraped. */
export function exposeQueues(current: () => Iterable<NamedReading>): void {
  addMetricsSource((registry, prom) => {
    const gauge = (name: string, help: string, labels: string[] = []) =>
      new prom.Gauge({
        ...{ name: `messaging_queue_${name}`, help },
        ...{ labelNames: ['system', 'destination', ...labels], registers: [registry] },
      });
    const messages = gauge('messages', 'Messages by state.', ['state']);
    const age = gauge('oldest_message_age_seconds', 'How long the oldest ready message has waited.');
    const consumers = gauge('consumers', 'Connected consumers.');
    const paused = gauge('paused', '1 while delivery to all consumers is stopped.');
    for (const { system, reading } of current()) {
      const labels = { system, destination: reading.queue };
      messages.set({ ...labels, state: 'ready' }, reading.ready);
      messages.set({ ...labels, state: 'delayed' }, reading.delayed);
      if (reading.inFlight !== null) messages.set({ ...labels, state: 'in_flight' }, reading.inFlight);
      messages.set({ ...labels, state: 'dead' }, reading.dead);
      if (reading.oldestAgeMs !== null) age.set(labels, reading.oldestAgeMs / 1000);
      if (reading.consumers !== null) consumers.set(labels, reading.consumers);
      if (reading.paused !== null) paused.set(labels, reading.paused ? 1 : 0);
    }
  });
}
