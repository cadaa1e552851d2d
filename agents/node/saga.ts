import {
  type Attributes,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { SAGA_ATTR } from '../contract/index.ts';
import { emitEvent } from './events.ts';
import { sagaMetrics } from './saga-metrics.ts';
import type { SagaRecord } from './saga-record.ts';

const TRACER = 'stormglass.saga';

/** W3C headers (`traceparent`, `tracestate`, `baggage`) as they lie in an outbox row or a message. */
export type Carrier = Record<string, string>;

/** Emits `saga.<event>` with SAGA_ATTR attributes in the active context, and counts it. */
export function recordSaga(record: SagaRecord): void {
  sagaMetrics().record(record);
  repeatSaga(record);
}

/**
 * Emits it without counting it: for what a former life of this service may have taken with it when it was killed. An
 * event is known by saga, instant (so give `at`), event, step, kind and attempt; one that was stored before stays one.
 */
export function repeatSaga(record: SagaRecord): void {
  const attributes: Attributes = {
    [SAGA_ATTR.id]: record.sagaId,
    [SAGA_ATTR.type]: record.type,
    [SAGA_ATTR.mode]: record.mode ?? 'orchestrated',
    [SAGA_ATTR.order]: record.orderId ?? '',
    [SAGA_ATTR.step]: record.step ?? '',
    [SAGA_ATTR.kind]: record.kind ?? '',
    [SAGA_ATTR.attempt]: record.attempt ?? 0,
    [SAGA_ATTR.epoch]: record.epoch ?? 0,
    [SAGA_ATTR.owner]: record.owner ?? '',
    [SAGA_ATTR.key]: record.key ?? '',
    [SAGA_ATTR.outcome]: record.outcome ?? '',
    [SAGA_ATTR.detail]: record.detail ?? '',
  };
  if (record.amount !== undefined) attributes[SAGA_ATTR.amount] = record.amount;
  const body = [`saga ${record.type} ${record.sagaId} ${record.event}`, record.step, record.detail]
    .filter(Boolean)
    .join(' ');
  emitEvent(`saga.${record.event}`, attributes, record.at === undefined ? { body } : { body, at: record.at });
}

export interface SagaSpanInfo {
  sagaId: string;
  type: string;
  mode?: string;
  orderId?: string;
  attributes?: Attributes;
}

/** Runs `fn` in the INTERNAL span `saga <type>`; a throw marks the span and passes on. */
export function withSagaSpan<T>(info: SagaSpanInfo, fn: (span: Span) => Promise<T>): Promise<T> {
  return inSpan(`saga ${info.type}`, sagaAttributes(info), [], fn);
}

export interface SagaStepInfo extends SagaSpanInfo {
  step: string;
  kind: 'action' | 'compensate';
  attempt?: number;
  /** Idempotency key of the call. */
  key?: string;
  /** Context of the action which a compensation undoes (`injectContext()` taken inside it): becomes a link. */
  undoes?: Carrier;
}

/** Runs `fn` in the INTERNAL span `saga.step <name>`. */
export function withSagaStep<T>(info: SagaStepInfo, fn: (span: Span) => Promise<T>): Promise<T> {
  const attributes: Attributes = {
    ...sagaAttributes(info),
    [SAGA_ATTR.step]: info.step,
    [SAGA_ATTR.kind]: info.kind,
    [SAGA_ATTR.attempt]: info.attempt ?? 1,
  };
  if (info.key !== undefined) attributes[SAGA_ATTR.key] = info.key;
  const begun = performance.now();
  return inSpan(`saga.step ${info.step}`, attributes, linksTo(info.undoes), fn).finally(() =>
    sagaMetrics().step(info.step, info.kind, (performance.now() - begun) / 1000),
  );
}

function sagaAttributes(info: SagaSpanInfo): Attributes {
  return {
    ...info.attributes,
    [SAGA_ATTR.id]: info.sagaId,
    [SAGA_ATTR.type]: info.type,
    [SAGA_ATTR.mode]: info.mode ?? 'orchestrated',
    ...(info.orderId === undefined ? {} : { [SAGA_ATTR.order]: info.orderId }),
  };
}

function linksTo(carrier: Carrier | undefined): Link[] {
  if (!carrier) return [];
  const undone = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier));
  return undone ? [{ context: undone, attributes: { 'link.type': 'compensates' } }] : [];
}

function inSpan<T>(
  name: string,
  attributes: Attributes,
  links: Link[],
  fn: (span: Span) => Promise<T>,
): Promise<T> {
  return trace.getTracer(TRACER).startActiveSpan(name, { attributes, links }, async (span) => {
    try {
      return await fn(span);
    } catch (error) {
      if (error instanceof Error) span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Writes the active context into `carrier` (a new one by default) and gives it back: for an outbox row. */
export function injectContext(carrier: Carrier = {}): Carrier {
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** Runs `fn` in the context which a carrier holds; an empty carrier is a new trace. */
export function withRemoteContext<T>(carrier: Carrier | undefined, fn: () => T): T {
  return context.with(propagation.extract(ROOT_CONTEXT, carrier ?? {}), fn);
}
