import type { ConsumeMessage, Options } from 'amqplib';
import { z } from 'zod';
import type { Delivery, Message } from '../port.ts';

/** A message as anybody's RabbitMQ client would send it: JSON, W3C headers, and ours with `x-`. */
export const ATTEMPT_HEADER = 'x-attempt';
export const ERROR_HEADER = 'x-error';
export const FAILED_AT_HEADER = 'x-failed-at';

const Properties = z.object({
  messageId: z.string().min(1),
  type: z.string().default(''),
  correlationId: z.string().default(''),
  headers: z.record(z.string(), z.unknown()).default({}),
});

export function toContent(payload: unknown): Buffer {
  return Buffer.from(JSON.stringify(payload) ?? 'null');
}

/** `now` in epoch milliseconds. `extra` are headers of ours. */
export function toProperties(
  message: Message,
  attempt: number,
  now: number,
  extra: Record<string, unknown> = {},
): Options.Publish {
  return {
    messageId: message.id,
    type: message.name,
    correlationId: message.conversationId,
    contentType: 'application/json',
    persistent: true,
    mandatory: true,
    timestamp: Math.floor(now / 1000),
    headers: { ...message.headers, [ATTEMPT_HEADER]: attempt, ...extra },
  };
}

/** Throws for what is no message of this shape. */
export function toDelivery({ content, properties }: ConsumeMessage): Delivery {
  const { messageId, type, correlationId, headers } = Properties.parse(properties);
  const attempt = headers[ATTEMPT_HEADER];
  return {
    id: messageId,
    name: type,
    payload: JSON.parse(content.toString()),
    conversationId: correlationId,
    headers: Object.fromEntries(
      Object.entries(headers).filter(
        (header): header is [string, string] => !header[0].startsWith('x-') && typeof header[1] === 'string',
      ),
    ),
    attempt: typeof attempt === 'number' ? attempt : 1,
  };
}
