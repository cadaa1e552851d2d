import { type Attributes, type Context, context, logs, SeverityNumber } from '@opentelemetry/api';

const SCOPE = 'stormglass';

export interface EventOptions {
  /** Default: the active context. The event carries its trace and span id. */
  context?: Context;
  /** Epoch milliseconds; default now. */
  at?: number;
  /** One sentence for people. */
  body?: string;
  warn?: boolean;
}

/**
 * Says that something happened, as an OTLP log record with an event name, exported within 100 ms. Without a registered
 * agent it does nothing. Never throws.
 */
export function emitEvent(name: string, attributes: Attributes = {}, options: EventOptions = {}): void {
  logs.getLogger(SCOPE).emit({
    eventName: name,
    attributes,
    timestamp: options.at ?? Date.now(),
    severityNumber: options.warn ? SeverityNumber.WARN : SeverityNumber.INFO,
    severityText: options.warn ? 'WARN' : 'INFO',
    body: options.body ?? name,
    context: options.context ?? context.active(),
  });
}
