import { CONTROL } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { ShopError } from '../errors.ts';
import type { Consumer } from './port.ts';

/** The consumers of this process, which the dashboard can give more or fewer hands: control `queue.scale`. */
export class Scaling {
  readonly #consumers = new Map<string, Set<Consumer>>();
  #withdraw: (() => void) | null = null;

  /** Gives back the consumer, which is forgotten when it closes. */
  add(queue: string, consumer: Consumer): Consumer {
    const listed = this.#consumers.get(queue) ?? new Set();
    this.#consumers.set(queue, listed.add(consumer));
    this.#withdraw ??= this.#offer();
    return {
      scale: (concurrency) => consumer.scale(concurrency),
      close: () => {
        listed.delete(consumer);
        return consumer.close();
      },
    };
  }

  close(): void {
    this.#withdraw?.();
    this.#withdraw = null;
  }

  #offer(): () => void {
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
        await Promise.all([...consumers].map((consumer) => consumer.scale(concurrency)));
        return { queue, concurrency };
      },
    });
  }
}
