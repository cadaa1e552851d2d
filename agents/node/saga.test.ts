import { context, logs, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { beforeEach, expect, test } from 'vitest';
import { SAGA_ATTR } from '../contract/index.ts';
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
