import { AsyncLocalStorage } from 'node:async_hooks';
import { type Carrier, injectContext, withRemoteContext } from '@stormglass/agents/node';

export const CORRELATION_HEADER = 'x-correlation-id';
/** On spans. */
export const CORRELATION_ATTR = 'correlation.id';

const storage = new AsyncLocalStorage<string>();

/** Runs `fn` so that every log line and outgoing call in it carries the id. */
export function withCorrelation<T>(id: string, fn: () => T): T {
  return storage.run(id, fn);
}

export function correlationId(): string | undefined {
  return storage.getStore();
}

const SAFE = /^[\w.:-]{1,128}$/;

/** An id from outside is taken only if it cannot break a log line or a header. */
export function acceptCorrelation(header: string | string[] | undefined, fallback: () => string): string {
  return typeof header === 'string' && SAFE.test(header) ? header : fallback();
}

/** Trace context and correlation id of the moment, to be kept with work that goes on later or elsewhere. */
export function carry(): Carrier {
  const id = correlationId();
  return { ...injectContext(), ...(id === undefined ? {} : { [CORRELATION_HEADER]: id }) };
}

/** Runs `fn` as part of what the carrier was made in. */
export function carriedBy<T>(carrier: Carrier | undefined, fn: () => T): T {
  const id = carrier?.[CORRELATION_HEADER];
  return withRemoteContext(carrier, () => (id === undefined ? fn() : withCorrelation(id, fn)));
}
