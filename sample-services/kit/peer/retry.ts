import type { PeerSettings } from '@stormglass/agents/contract';
import { backoff } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { PeerOutcome } from './outcome.ts';
import type { Live } from './settings.ts';

/** Repeats what may be repeated, after a pause that grows and is spread over time. */
export class Retry {
  readonly #live: Live<PeerSettings>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #count: (result: 'success' | 'failure') => void;

  /** `count` is told of each repetition, and whether it helped. */
  constructor(
    live: Live<PeerSettings>,
    clock: Clock,
    random: Random,
    count: (result: 'success' | 'failure') => void,
  ) {
    this.#live = live;
    this.#clock = clock;
    this.#random = random;
    this.#count = count;
  }

  /** At most `attempts` in all (default: as the settings say). */
  async run<T>(attempts: number | undefined, once: () => Promise<PeerOutcome<T>>): Promise<PeerOutcome<T>> {
    const most = attempts ?? this.#live().retries + 1;
    const startedAt = this.#clock.now();
    for (let attempt = 0; ; attempt++) {
      const outcome = await once();
      const again = worthRepeating(outcome);
      if (attempt > 0) this.#count(again ? 'failure' : 'success');
      if (!again || attempt + 1 >= most || this.#isLate(startedAt)) return outcome;
      await this.#clock.sleep(this.#pause(attempt));
    }
  }

  /** Failures that come fast are repeated to the full; a peer that hangs shall not hold its caller for every attempt. */
  #isLate(startedAt: number): boolean {
    const { retryTimeLimits, timeoutMs } = this.#live();
    return this.#clock.now() - startedAt >= retryTimeLimits * timeoutMs;
  }

  #pause(attempt: number): number {
    const { retryBaseMs, retryCapMs } = this.#live();
    return backoff(this.#random, attempt, retryBaseMs, retryCapMs);
  }
}

function worthRepeating(outcome: PeerOutcome<unknown>): boolean {
  if (outcome.kind === 'ambiguous') return true;
  return outcome.kind === 'notSent' && (outcome.reason === 'refused' || outcome.reason === 'no_instance');
}
