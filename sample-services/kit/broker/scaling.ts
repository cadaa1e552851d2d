import { CONTROL } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { ShopError } from '../errors.ts';
import type { Consumer } from './port.ts';

interface Scaled {
  consumer: Consumer;
  concurrency: number;
}

/** The consumers of this process, which the dashboard can give more or fewer hands: `queue.scale`, `queue.consumed`. */
export class Scaling {
  readonly #consumers = new Map<string, Set<Scaled>>();
  #withdraw: (() => void) | null = null;

  /** Gives back the consumer, which is forgotten when it closes. */
  add(queue: string, consumer: Consumer, concurrency: number): Consumer {
    const scaled = { consumer, concurrency };
    const listed = this.#consumers.get(queue) ?? new Set();
    this.#consumers.set(queue, listed.add(scaled));
    this.#withdraw ??= this.#offer();
    return {
      scale: (to) => scale(scaled, to),
      close: () => {
        listed.delete(scaled);
        return consumer.close();
      },
    };
  }

  close(): void {
    this.#withdraw?.();
    this.#withdraw = null;
  }

  #offer(): () => void {
    const withdrawals = [this.#offerScaling(), this.#offerList()];
    return () => {
      for (const withdraw of withdrawals) withdraw();
    };
  }

  #offerList(): () => void {
    const of = (all: Iterable<Scaled>) => [...all].reduce((sum, { concurrency }) => sum + concurrency, 0);
    return registerControl({
      name: 'queue.consumed',
      title: 'List the queues that this process consumes',
      input: CONTROL['queue.consumed'].input,
      run: () => {
        const open = [...this.#consumers].filter(([, scaled]) => scaled.size > 0);
        return { queues: open.map(([queue, scaled]) => ({ queue, concurrency: of(scaled) })) };
      },
    });
  }

  #offerScaling(): () => void {
    return registerControl({
      name: 'queue.scale',
      title: 'Set how many messages of a queue this process handles at once',
      input: CONTROL['queue.scale'].input,
      run: async ({ queue, concurrency }) => {
        const consumers = this.#consumers.get(queue);
        if (consumers === undefined || consumers.size === 0) {
          const known = [...this.#consumers.keys()].join(', ');
          throw new ShopError('not_found', `this process does not consume ${queue}`, `It consumes ${known}.`);
        }
        await Promise.all([...consumers].map((consumer) => scale(consumer, concurrency)));
        return { queue, concurrency };
      },
    });
  }
}

async function scale(scaled: Scaled, concurrency: number): Promise<void> {
  await scaled.consumer.scale(concurrency);
  scaled.concurrency = concurrency;
}
