import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/**
 * The telemetry object that BullMQ asks for in its options, as far as this agent fills it. Only sending and processing
 * make spans; getting the next job, pausing and the like would be noise.
 */
const KINDS = { producer: 3, consumer: 4 } as const;
const OPERATIONS: Record<number, { kind: SpanKind; type: string }> = {
  [KINDS.producer]: { kind: SpanKind.PRODUCER, type: 'send' },
  [KINDS.consumer]: { kind: SpanKind.CONSUMER, type: 'process' },
};

/** BullMQ's own attribute names, and the ones of the messaging conventions that they become. */
const RENAMED: Record<string, string> = {
  'bullmq.queue.name': 'messaging.destination.name',
  'bullmq.job.id': 'messaging.message.id',
  'bullmq.job.bulk.count': 'messaging.batch.message_count',
  'bullmq.job.name': 'messaging.bullmq.job.name',
  'bullmq.job.attempts.made': 'messaging.bullmq.job.attempts',
};

export interface BullSpan {
  setSpanOnContext(active: Context): Context;
  setAttribute(key: string, value: unknown): void;
  setAttributes(attributes: Record<string, unknown>): void;
  addEvent(name: string, attributes?: Record<string, unknown>): void;
  recordException(error: unknown): void;
  end(): void;
}

export const bullTelemetry = {
  contextManager: {
    with: <R>(active: Context, fn: () => R): R => context.with(active, fn),
    active: (): Context => context.active(),
    root: (): Context => ROOT_CONTEXT,
    /** What travels in the job's options. */
    getMetadata(active: Context): string {
      const carrier: Record<string, string> = {};
      propagation.inject(active, carrier);
      return JSON.stringify(carrier);
    },
    fromMetadata(active: Context, metadata: string): Context {
      return propagation.extract(active, parseCarrier(metadata));
    },
  },
  tracer: {
    startSpan(_name: string, options: { kind: number }, parent?: Context): BullSpan {
      const operation = OPERATIONS[options.kind];
      return operation ? new MessageSpan(operation, parent) : silent;
    },
  },
};

/**
 * Named when BullMQ first says which queue it is about. The consumer is a child of the producer, so that an order's
 * trace holds its notifications, and links to it as the messaging conventions ask.
 */
class MessageSpan implements BullSpan {
  readonly #span: Span;
  readonly #type: string;

  constructor(operation: { kind: SpanKind; type: string }, parent: Context | undefined) {
    const producer = parent && trace.getSpanContext(parent);
    this.#type = operation.type;
    this.#span = trace.getTracer('stormglass.bullmq').startSpan(
      operation.type,
      {
        kind: operation.kind,
        attributes: {
          'messaging.system': 'bullmq',
          'messaging.operation.type': operation.type,
          'messaging.operation.name': operation.kind === SpanKind.PRODUCER ? 'add' : 'process',
        },
        links: producer ? [{ context: producer }] : [],
      },
      parent ?? context.active(),
    );
  }

  setSpanOnContext(active: Context): Context {
    return trace.setSpan(active, this.#span);
  }

  setAttribute(key: string, value: unknown): void {
    this.setAttributes({ [key]: value });
  }

  setAttributes(attributes: Record<string, unknown>): void {
    const known: Attributes = {};
    for (const [key, value] of Object.entries(attributes)) {
      const name = RENAMED[key];
      if (name !== undefined && isPlain(value)) known[name] = value;
    }
    const queue = known['messaging.destination.name'];
    if (queue !== undefined) this.#span.updateName(`${this.#type} ${queue}`);
    this.#span.setAttributes(known);
  }

  addEvent(name: string, attributes: Record<string, unknown> = {}): void {
    const reason = attributes['bullmq.job.failed.reason'];
    // A failed job is told by an event; the processor's error itself never reaches the span.
    if (reason !== undefined) this.#span.setStatus({ code: SpanStatusCode.ERROR, message: String(reason) });
    const plain: Attributes = {};
    for (const [key, value] of Object.entries(attributes)) if (isPlain(value)) plain[key] = value;
    this.#span.addEvent(name, plain);
  }

  recordException(error: unknown): void {
    this.#span.recordException(error instanceof Error ? error : String(error));
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
  }

  end(): void {
    this.#span.end();
  }
}

const silent: BullSpan = {
  setSpanOnContext: (active) => active,
  setAttribute: () => {},
  setAttributes: () => {},
  addEvent: () => {},
  recordException: () => {},
  end: () => {},
};

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function parseCarrier(metadata: string): Record<string, string> {
  try {
    const carrier: unknown = JSON.parse(metadata);
    return typeof carrier === 'object' && carrier !== null ? (carrier as Record<string, string>) : {};
  } catch {
    // Jobs may carry another library's metadata; such a consumer starts without a link.
    return {};
  }
}
