import { afterEach, beforeEach, describe } from 'vitest';
import type { BrokerPromises } from '../promises.ts';
import { Bench, type BrokerUnderTest } from './bench.ts';
import { promiseConcurrency } from './concurrency.ts';
import { promiseCompeting, promiseDelivery, promiseDurability, promiseOnceById } from './delivery.ts';
import { promiseSurvival } from './outage.ts';
import { promiseRepetition } from './repetition.ts';

interface Candidate {
  name: string;
  promises: BrokerPromises;
  under: () => BrokerUnderTest;
  /** Why it cannot be run here. */
  skip?: string | null;
}

/** What every adapter of the Broker port has to keep, and what its row of promises adds to that. */
export function describeBroker({ name, promises, under, skip = null }: Candidate): void {
  const title = skip === null ? `broker ${name}` : `broker ${name} (${skip})`;
  describe.skipIf(skip !== null)(title, () => {
    let current: Bench;
    beforeEach(() => {
      current = new Bench(under());
    });
    afterEach(() => current.close());
    const bench = () => current;
    promiseDelivery(bench);
    promiseConcurrency(bench);
    if (promises.competing) promiseCompeting(bench);
    if (promises.durable) {
      promiseDurability(bench);
      promiseSurvival(bench);
    }
    if (promises.onceById) promiseOnceById(bench);
    if (promises.repeats) promiseRepetition(bench);
  });
}
