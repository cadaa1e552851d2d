import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Message } from './port.ts';

const TRACER = 'stormglass.shop.broker';

function attributes(
  system: string,
  queue: string,
  message: Message,
  operation: 'send' | 'process',
): Attributes {
  return {
    'messaging.system': system,
    'messaging.destination.name': queue,
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.message.id': message.id,
    'messaging.message.conversation_id': message.conversationId,
  };
}

/** The PRODUCER span, in the trace of the business transaction; `send` gets the headers the message shall carry. */
export function withSendSpan(
  system: string,
  queue: string,
  message: Message,
  send: (headers: Record<string, string>) => Promise<void>,
): Promise<void> {
  const parent = propagation.extract(ROOT_CONTEXT, message.headers);
  const options = { kind: SpanKind.PRODUCER, attributes: attributes(system, queue, message, 'send') };
  return trace.getTracer(TRACER).startActiveSpan(`send ${queue}`, options, parent, async (span) => {
    const headers = { ...message.headers };
    propagation.inject(context.active(), headers);
    try {
      await send(headers);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The CONSUMER span: a trace of its own which links to the producer, as the conventions for queues want it. */
export function withProcessSpan(
  system: string,
  queue: string,
  message: Message & { attempt: number },
  handle: () => Promise<void>,
): Promise<void> {
  const producer = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, message.headers));
  const baggage = propagation.getBaggage(propagation.extract(ROOT_CONTEXT, message.headers));
  const root = baggage ? propagation.setBaggage(ROOT_CONTEXT, baggage) : ROOT_CONTEXT;
  const options = {
    kind: SpanKind.CONSUMER,
    attributes: {
      ...attributes(system, queue, message, 'process'),
      'messaging.message.delivery_attempt': message.attempt,
    },
    links: producer ? [{ context: producer }] : [],
  };
  return trace.getTracer(TRACER).startActiveSpan(`process ${queue}`, options, root, async (span) => {
    try {
      await handle();
    } catch (error) {
      if (error instanceof Error) span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
