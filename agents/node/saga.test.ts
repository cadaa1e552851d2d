import { context, logs, metrics, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { beforeEach, expect, test } from 'vitest';
import { METRIC, SAGA_ATTR } from '../contract/index.ts';
import { injectContext, recordSaga, withRemoteContext, withSagaSpan, withSagaStep } from './saga.ts';

const spans = new InMemorySpanExporter();
const events = new InMemoryLogRecordExporter();
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }),
);
logs.setGlobalLoggerProvider(
  new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: events })] }),
);
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
const saga = { sagaId: 's1', type: 'create-order', orderId: 'o1' };
const named = (name: string) => spans.getFinishedSpans().find((span) => span.name === name);
beforeEach(() => {
  spans.reset();
  events.reset();
});

test('a step is a span inside its saga, and what is recorded belongs to it', async () => {
  await withSagaSpan(saga, () =>
    withSagaStep({ ...saga, step: 'charge', kind: 'action', attempt: 2, key: 's1:charge:action' }, async () =>
      recordSaga({ ...saga, event: 'step_intent', step: 'charge', kind: 'action', attempt: 2, amount: 8490 }),
    ),
  );
  const step = named('saga.step charge');
  expect(step?.parentSpanContext?.spanId).toBe(named('saga create-order')?.spanContext().spanId);
  expect(step?.attributes).toMatchObject({ [SAGA_ATTR.attempt]: 2, [SAGA_ATTR.key]: 's1:charge:action' });
  const [event] = events.getFinishedLogRecords();
  expect(event?.eventName).toBe('saga.step_intent');
  expect(event?.attributes).toMatchObject({
    [SAGA_ATTR.id]: 's1',
    [SAGA_ATTR.amount]: 8490,
    [SAGA_ATTR.kind]: 'action',
  });
  expect(event?.spanContext?.spanId).toBe(step?.spanContext().spanId);
});

test('a compensation links to the action it undoes, in whichever trace that was', async () => {
  const action = await withSagaStep({ ...saga, step: 'reserve', kind: 'action' }, async () =>
    injectContext(),
  );
  const undone = named('saga.step reserve')?.spanContext().spanId;
  spans.reset();
  await withSagaStep({ ...saga, step: 'reserve', kind: 'compensate', undoes: action }, async () => undefined);
  expect(named('saga.step reserve')?.links[0]?.context.spanId).toBe(undone);
});

test('a failing step marks its span and passes the error on', async () => {
  const failing = withSagaStep({ ...saga, step: 'ship', kind: 'action' }, () =>
    Promise.reject(new Error('no lorry')),
  );
  await expect(failing).rejects.toThrow('no lorry');
  expect(named('saga.step ship')?.status.code).toBe(SpanStatusCode.ERROR);
});

test('a context written into an outbox row is taken up again from it', async () => {
  const carrier = await withSagaSpan(saga, async () => injectContext({ other: 'kept' }));
  expect(carrier).toMatchObject({ other: 'kept', traceparent: expect.stringMatching(/^00-/) });
  const traceId = named('saga create-order')?.spanContext().traceId;
  const found = withRemoteContext(carrier, () => trace.getSpanContext(context.active())?.traceId);
  expect(found).toBe(traceId);
});

test('sagas are counted: open now, ended by outcome with their duration, steps undone', async () => {
  const counted = { type: 'counted', sagaId: 'c1' };
  recordSaga({ ...counted, event: 'started', at: 1_000 });
  recordSaga({ ...counted, sagaId: 'c2', event: 'started', at: 1_000 });
  recordSaga({ ...counted, event: 'compensated', step: 'charge', kind: 'compensate' });
  recordSaga({ ...counted, event: 'completed', outcome: 'compensated', at: 3_500 });
  await reader.forceFlush();
  const values = (name: string) =>
    points
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics)
      .find((metric) => metric.descriptor.name === name)
      ?.dataPoints.filter((point) => point.attributes[SAGA_ATTR.type] === 'counted')
      .map((point) => point.value);
  expect(values(METRIC.sagaStarted)).toEqual([2]);
  expect(values(METRIC.sagaActive)).toEqual([1]);
  expect(values(METRIC.sagaCompleted)).toEqual([1]);
  expect(values(METRIC.sagaCompensations)).toEqual([1]);
  expect(values(METRIC.sagaDuration)).toMatchObject([{ count: 1, sum: 2.5 }]);
});
