import { samplesOf } from '../exposition.ts';

/** Without one of these nothing is said of a queue; a broker that does not tell what is in hand counts it as ready. */
const STATES = ['ready', 'delayed', 'dead'] as const;

/** Messages that the broker holds of each queue, in whatever state, out of the queue agent's metrics. */
export function heldOf(text: string): Map<string, number> {
  const queues = Map.groupBy(samplesOf(text, 'messaging_queue_messages'), ({ labels }) =>
    labels.get('destination'),
  );
  const held = new Map<string, number>();
  for (const [queue, samples] of queues) {
    const told = new Set(samples.map(({ labels }) => labels.get('state')));
    if (queue === undefined || !STATES.every((state) => told.has(state))) continue;
    held.set(
      queue,
      samples.reduce((sum, { value }) => sum + value, 0),
    );
  }
  return held;
}

/** Readings one after the other in all of which a queue was empty; epoch ms, `to`: the newest was begun. */
interface Run {
  from: number;
  to: number;
}

/** What is known at one moment. */
export interface Emptiness {
  /** True when the broker cannot have a message of that queue any more which it has had since `since` (epoch ms). */
  has(queue: string, since: number): boolean;
}

/**
 * Which queues of a broker are empty, where single messages cannot be asked for. A message that was handled is marked in
 * its inbox before the broker forgets it. So one which is marked nowhere, in snapshots taken after its queue was seen
 * empty, is lost.
 *
 * Figures may be some seconds old, each of another moment, and a message on its way from one state to another may escape
 * one reading. So the queue is to be empty in all readings of half the settle time, and the last of them to be begun a
 * whole settle time after the message was sent. That is also how long a transport which keeps nothing, and so is always
 * empty, may have it in a receiver's memory.
 */
export class EmptyQueues {
  readonly #settleMs: number;
  #runs: ReadonlyMap<string, Run> = new Map();

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** A reading begun at `at`; what it says nothing of is not known to be empty. */
  add(at: number, held: ReadonlyMap<string, number>): void {
    const empty = [...held].filter(([, messages]) => messages === 0);
    this.#runs = new Map(
      empty.map(([queue]) => [queue, { from: this.#runs.get(queue)?.from ?? at, to: at }]),
    );
  }

  /** To be taken before the snapshots with which it is compared. */
  now(): Emptiness {
    const runs = this.#runs;
    return {
      has: (queue, since) => {
        const run = runs.get(queue);
        if (run === undefined) return false;
        return run.to - since > this.#settleMs && run.to - run.from >= this.#settleMs / 2;
      },
    };
  }
}
