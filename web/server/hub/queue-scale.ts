import { StormglassError } from '@stormglass/agents/contract';
import type { Answer } from '../../live/answers.ts';
import type { AgentView } from '../../live/protocol.ts';
import type { Controls } from './controls.ts';

type Consumer = Answer<'queueConsumers'>['consumers'][number];
type Scaled = Omit<Answer<'scaleQueue'>, 'queue'>;
type Missed = Scaled['missed'][number];

interface Found {
  consuming: { agent: AgentView; concurrency: number }[];
  /** Names of all queues that somebody consumes. */
  consumed: string[];
  /** Did not say what they consume. */
  silent: Missed[];
}

/** How many messages of a queue each process that consumes it handles at once, whichever services those are. */
export class QueueScale {
  readonly #controls: Controls;
  readonly #measured: () => string[];

  /** `measured`: queues of which there is telemetry, consumed or not. */
  constructor(controls: Controls, measured: () => string[]) {
    this.#controls = controls;
    this.#measured = measured;
  }

  /** Without those that do not answer. Throws `not_found` for a queue of which nobody knows. */
  async consumers(queue: string, by: string): Promise<Consumer[]> {
    const { consuming, consumed, silent } = await this.#find(queue, by);
    if (silent.length === 0) this.#demandKnown(queue, consumed);
    return consuming.map(({ agent, concurrency }) => consumer(agent, concurrency));
  }

  /**
   * Throws `not_found` for a queue of which nobody knows, `target_absent` when nobody consumes it, `control_failed` when no
   * consumer has done it.
   */
  async set(queue: string, concurrency: number, by: string): Promise<Scaled> {
    const { consuming, consumed, silent } = await this.#find(queue, by);
    const tried = await Promise.all(
      consuming.map(({ agent }) => this.#scale(agent, { queue, concurrency }, by)),
    );
    const consumers = tried.filter((one) => 'concurrency' in one);
    const missed = [...tried.filter((one) => 'message' in one), ...silent];
    if (consumers.length > 0) return { consumers, missed };
    const [first] = missed;
    if (first === undefined) {
      this.#demandKnown(queue, consumed);
      throw unconsumed(queue);
    }
    throw new StormglassError(
      'control_failed',
      `no consumer of ${queue} was scaled: ${first.message}`,
      'Look whether the consuming services run; see GET /api/agents.',
    );
  }

  #demandKnown(queue: string, consumed: readonly string[]): void {
    const known = [...new Set([...this.#measured(), ...consumed])].sort();
    if (known.includes(queue)) return;
    throw new StormglassError(
      'not_found',
      `there is no queue ${queue.slice(0, 100)}`,
      `Known queues: ${known.join(', ') || 'none'}.`,
    );
  }

  async #scale(
    agent: AgentView,
    input: { queue: string; concurrency: number },
    by: string,
  ): Promise<Consumer | Missed> {
    try {
      return consumer(agent, (await this.#controls.knownOn(agent, 'queue.scale', input, by)).concurrency);
    } catch (error) {
      return missedBy(agent, error);
    }
  }

  async #find(queue: string, by: string): Promise<Found> {
    const found: Found = { consuming: [], consumed: [], silent: [] };
    const ask = async (agent: AgentView) => {
      try {
        const { queues } = await this.#controls.knownOn(agent, 'queue.consumed', {}, by);
        found.consumed.push(...queues.map((one) => one.queue));
        const own = queues.find((one) => one.queue === queue);
        if (own !== undefined) found.consuming.push({ agent, concurrency: own.concurrency });
      } catch (error) {
        found.silent.push(missedBy(agent, error));
      }
    };
    await Promise.all(this.#controls.offering('queue.consumed').map(ask));
    found.consuming.sort((a, b) => a.agent.instance.localeCompare(b.agent.instance));
    return found;
  }
}

const consumer = ({ service, instance }: AgentView, concurrency: number): Consumer => ({
  service,
  instance,
  concurrency,
});

/** Whatever else is thrown is no refusal but a mistake of ours. */
function missedBy({ service, instance }: AgentView, error: unknown): Missed {
  if (!(error instanceof StormglassError)) throw error;
  return { service, instance, message: error.message };
}

function unconsumed(queue: string): StormglassError {
  return new StormglassError(
    'target_absent',
    `no connected service consumes ${queue.slice(0, 100)}`,
    'See GET /api/agents for what is connected; a consumer offers queue.scale and queue.consumed.',
  );
}
