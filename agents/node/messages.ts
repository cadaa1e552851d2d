import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api';

/** Which message on which queue, for the attributes of the messaging conventions. */
export interface MessageInfo {
  /** `messaging.system`: `rabbitmq`, `kafka`. */
  system: string;
  destination: string;
  id?: string | undefined;
  conversationId?: string | undefined;
  attributes?: Attributes;
}

const READER: TextMapGetter<Record<string, unknown>> = {
  keys: Object.keys,
  get: (headers, key) => (headers[key] === undefined ? undefined : String(headers[key])),
};

/** A PRODUCER span `send <destination>`; its W3C headers are written into `headers`. The caller ends it. */
export function startSend(info: MessageInfo, headers: Record<string, unknown>): Span {
  const span = trace
    .getTracer('stormglass.messages')
    .startSpan(`send ${info.destination}`, { kind: SpanKind.PRODUCER, attributes: describe(info, 'send') });
  propagation.inject(trace.setSpan(context.active(), span), headers, {
    set: (carrier, key, value) => {
      carrier[key] = value;
    },
  });
  return span;
}

/**
 * A CONSUMER span `process <destination>`, a child of the producer in `headers`, so that an order's trace holds all that
 * came of it, and linked to it as the messaging conventions ask. The caller ends it.
 */
export function startProcess(
  info: MessageInfo,
  headers: Record<string, unknown>,
): { span: Span; within: Context } {
  const parent = propagation.extract(ROOT_CONTEXT, headers, READER);
  const producer = trace.getSpanContext(parent);
  const span = trace.getTracer('stormglass.messages').startSpan(
    `process ${info.destination}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: describe(info, 'process'),
      links: producer ? [{ context: producer }] : [],
    },
    parent,
  );
  return { span, within: trace.setSpan(parent, span) };
}

export function failSpan(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
}

/** For clients that the agent does not instrument: `send` in a span of `startSend`, given the headers to be sent. */
export async function withSend<T>(
  info: MessageInfo,
  headers: Record<string, string>,
  send: (headers: Record<string, string>) => Promise<T>,
): Promise<T> {
  const written = { ...headers };
  const span = startSend(info, written);
  try {
    return await context.with(trace.setSpan(context.active(), span), () => send(written));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** The same for a message that is being handled; a rejected `handle` marks the span. */
export async function withProcess<T>(
  info: MessageInfo,
  headers: Record<string, string>,
  handle: () => Promise<T>,
): Promise<T> {
  const { span, within } = startProcess(info, headers);
  try {
    return await context.with(within, handle);
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function describe(
  { system, destination, id, conversationId, attributes }: MessageInfo,
  operation: 'send' | 'process',
): Attributes {
  return {
    ...attributes,
    'messaging.system': system,
    'messaging.destination.name': destination,
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    ...(id ? { 'messaging.message.id': id } : {}),
    ...(conversationId ? { 'messaging.message.conversation_id': conversationId } : {}),
  };
}
