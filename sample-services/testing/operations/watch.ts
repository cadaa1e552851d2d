import type { QueueCollector, QueueFlow, QueueReading } from '@stormglass/agents/queues';
import { expect, vi } from 'vitest';

/** Deadline of a condition: RabbitMQ renews its figures once a second. */
const soon = { timeout: 30_000, interval: 100 };

/** Reads one queue again and again, as the queue agent does, and adds up what happened. */
export class Watch {
  readonly #collector: QueueCollector;
  readonly #queue: string;
  readonly flow: QueueFlow = { enqueued: 0, dequeued: 0, redelivered: 0, deadLettered: 0 };

  constructor(collector: QueueCollector, queue: string) {
    this.#collector = collector;
    this.#queue = queue;
  }

  /** Resolves when a reading has these figures. */
  async until(figures: Partial<QueueReading>): Promise<QueueReading> {
    return await vi.waitFor(() => this.once(figures), soon);
  }

  /** Rejects when the reading of this moment has other figures. */
  async once(figures: Partial<QueueReading>): Promise<QueueReading> {
    const reading = await this.#read();
    expect(reading).toMatchObject(figures);
    return reading;
  }

  /** Resolves when so much has happened since the watch began. */
  async untilFlow(flow: Partial<QueueFlow>): Promise<void> {
    await vi.waitFor(async () => {
      await this.#read();
      expect(this.flow).toMatchObject(flow);
    }, soon);
  }

  async #read(): Promise<QueueReading> {
    const readings = await this.#collector.read();
    const reading = readings.find(({ queue }) => queue === this.#queue);
    if (reading === undefined) throw new Error(`${this.#queue} is not known to the broker yet`);
    for (const key of ['enqueued', 'dequeued', 'redelivered', 'deadLettered'] as const) {
      this.flow[key] += reading[key];
    }
    return reading;
  }
}
