import {
  type BatchObservableResult,
  type Counter,
  metrics,
  type Observable,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import { EVENT, METRIC, RESILIENCE_ATTR } from '@stormglass/agents/contract';
import { emitEvent } from '@stormglass/agents/node';
import { systemClock } from '../clock.ts';
import { Seldom } from '../seldom.ts';
import type { Balance } from './balance.ts';
import type { Bulkhead } from './bulkhead.ts';
import type { Connections } from './connections.ts';
import type { OutlierNews, Outliers } from './outliers.ts';

interface Observed {
  name: string;
  bulkhead: Bulkhead;
  outliers: Outliers;
  balance: Balance;
  connections: Connections;
}

/** What does not change is told so seldom: an idle shop shall cost nothing. */
const TOLD_EVERY_MS = 10_000;

const observed = new Map<Observed, Seldom>();
let retries: Counter | undefined;
let started = false;

/** Reports a peer's bulkhead, outliers, balance and connections as long as it is open; gives back what ends that. */
export function observePeer(peer: Observed): () => void {
  // With the first peer: by then the agent, if there is one, has put the meter provider in place.
  startObserving();
  observed.set(peer, new Seldom(TOLD_EVERY_MS, systemClock));
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
  const counter = (name: string, unit: string) => own.createObservableUpDownCounter(name, { unit });
  const instruments = {
    used: counter(METRIC.bulkheadUsed, '{call}'),
    limit: counter(METRIC.bulkheadLimit, '{call}'),
    queue: counter(METRIC.bulkheadQueue, '{call}'),
    ejected: counter(METRIC.outlierEjected, '{instance}'),
    // Gauges: of an instance that has gone nothing is said any more.
    inFlight: own.createObservableGauge(METRIC.callsInFlight, { unit: '{call}' }),
    connections: own.createObservableGauge(METRIC.httpConnections, { unit: '{connection}' }),
    pending: own.createObservableGauge(METRIC.httpPending, { unit: '{request}' }),
  };
  own.addBatchObservableCallback((result) => {
    for (const [peer, seldom] of observed) observe(result, instruments, peer, seldom);
  }, Object.values(instruments));
}

type Instruments = Record<
  'used' | 'limit' | 'queue' | 'ejected' | 'inFlight' | 'connections' | 'pending',
  Observable
>;

function observe(
  result: BatchObservableResult,
  to: Instruments,
  { name, bulkhead, outliers, balance, connections }: Observed,
  seldom: Seldom,
): void {
  const self = { [RESILIENCE_ATTR.policy]: name, 'peer.service': name };
  result.observe(to.used, bulkhead.used, self);
  result.observe(to.queue, bulkhead.waiting, self);
  if (bulkhead.slots !== null) result.observe(to.limit, bulkhead.slots, self);
  result.observe(to.ejected, outliers.ejected().size, self);
  const [inFlight, counts] = [[...balance.inFlight()], connections.count()];
  if (!seldom.isDue([inFlight, counts])) return;
  for (const [id, calls] of inFlight) {
    result.observe(to.inFlight, calls, { ...self, [RESILIENCE_ATTR.target]: id });
  }
  for (const { origin, active, idle, pending } of counts) {
    const { hostname, port } = new URL(origin);
    const there = { 'peer.service': name, 'server.address': hostname, 'server.port': Number(port) };
    const state = RESILIENCE_ATTR.httpConnectionState;
    result.observe(to.connections, active, { ...there, [state]: 'active' });
    result.observe(to.connections, idle, { ...there, [state]: 'idle' });
    result.observe(to.pending, pending, there);
  }
}
