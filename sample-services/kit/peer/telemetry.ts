import { type Counter, metrics, ROOT_CONTEXT } from '@opentelemetry/api';
import { EVENT, METRIC, RESILIENCE_ATTR } from '@stormglass/agents/contract';
import { emitEvent } from '@stormglass/agents/node';
import type { Bulkhead } from './bulkhead.ts';
import type { OutlierNews, Outliers } from './outliers.ts';

interface Observed {
  name: string;
  bulkhead: Bulkhead;
  outliers: Outliers;
}

const observed = new Set<Observed>();
let retries: Counter | undefined;
let started = false;

/** Reports a peer's bulkhead and outliers as long as it is open; gives back what ends that. */
export function observePeer(name: string, bulkhead: Bulkhead, outliers: Outliers): () => void {
  // With the first peer: by then the agent, if there is one, has put the meter provider in place.
  startObserving();
  const peer = { name, bulkhead, outliers };
  observed.add(peer);
  return () => observed.delete(peer);
}

/** Counts repetitions of calls to a peer by what came of them. */
export function retryCounter(peer: string): (result: 'success' | 'failure') => void {
  return (result) => {
    retries ??= meter().createCounter(METRIC.retryAttempts, { unit: '{attempt}' });
    retries.add(1, { [RESILIENCE_ATTR.policy]: peer, [RESILIENCE_ATTR.result]: result });
  };
}

export function outlierNews(peer: string): OutlierNews {
  const about = (id: string) => ({ 'peer.service': peer, [RESILIENCE_ATTR.instance]: id });
  return {
    ejected: (id, errors, forMs) =>
      emitEvent(
        EVENT.outlierEjected,
        { ...about(id), [RESILIENCE_ATTR.errors]: errors, [RESILIENCE_ATTR.ejectedFor]: forMs / 1000 },
        { body: `${id} is left out for ${forMs / 1000} s after ${errors} errors in a row`, warn: true },
      ),
    returned: (id) =>
      emitEvent(EVENT.outlierReturned, about(id), { context: ROOT_CONTEXT, body: `${id} may serve again` }),
  };
}

function meter() {
  return metrics.getMeter('stormglass.peer');
}

function startObserving(): void {
  if (started) return;
  started = true;
  const own = meter();
  const used = own.createObservableUpDownCounter(METRIC.bulkheadUsed, { unit: '{call}' });
  const limit = own.createObservableUpDownCounter(METRIC.bulkheadLimit, { unit: '{call}' });
  const queue = own.createObservableUpDownCounter(METRIC.bulkheadQueue, { unit: '{call}' });
  const ejected = own.createObservableUpDownCounter(METRIC.outlierEjected, { unit: '{instance}' });
  own.addBatchObservableCallback(
    (result) => {
      for (const { name, bulkhead, outliers } of observed) {
        const self = { [RESILIENCE_ATTR.policy]: name, 'peer.service': name };
        result.observe(used, bulkhead.used, self);
        result.observe(queue, bulkhead.waiting, self);
        if (bulkhead.slots !== null) result.observe(limit, bulkhead.slots, self);
        result.observe(ejected, outliers.ejected().size, self);
      }
    },
    [used, limit, queue, ejected],
  );
}
