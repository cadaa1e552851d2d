import type { IHeaders, Message as KafkaJsMessage, KafkaMessage } from 'kafkajs';
import { z } from 'zod';
import type { Delivery, Message } from '../port.ts';

/** Ours among the headers of a record; all others are the message's own W3C headers. */
export const HEADER = {
  id: 'x-id',
  name: 'x-name',
  conversation: 'x-conversation',
  attempt: 'x-attempt',
  /** Epoch milliseconds before which a repetition is not to be delivered. */
  due: 'x-due',
  error: 'x-error',
  failedAt: 'x-failed-at',
} as const;

const Ours = z.object({
  [HEADER.id]: z.string().min(1),
  [HEADER.name]: z.string().default(''),
  [HEADER.conversation]: z.string().default(''),
  [HEADER.attempt]: z.coerce.number().int().min(1).default(1),
  [HEADER.due]: z.coerce.number().default(0),
});

/** Without a key: messages spread over the partitions, since order is not promised. */
export function toRecord(
  message: Message,
  attempt: number,
  extra: Record<string, string | number> = {},
): KafkaJsMessage {
  const more = Object.entries(extra).map(([name, value]) => [name, String(value)] as const);
  return {
    key: null,
    value: JSON.stringify(message.payload) ?? 'null',
    headers: {
      ...message.headers,
      [HEADER.id]: message.id,
      [HEADER.name]: message.name,
      [HEADER.conversation]: message.conversationId,
      [HEADER.attempt]: String(attempt),
      ...Object.fromEntries(more),
    },
  };
}

/** Throws for what is no record of this shape. */
export function toDelivery({ value, headers = {} }: KafkaMessage): { delivery: Delivery; due: number } {
  const texts = asTexts(headers);
  const ours = Ours.parse(texts);
  return {
    due: ours[HEADER.due],
    delivery: {
      id: ours[HEADER.id],
      name: ours[HEADER.name],
      payload: JSON.parse(value?.toString() ?? 'null'),
      conversationId: ours[HEADER.conversation],
      headers: Object.fromEntries(Object.entries(texts).filter(([name]) => !name.startsWith('x-'))),
      attempt: ours[HEADER.attempt],
    },
  };
}

function asTexts(headers: IHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = first.toString();
  }
  return texts;
}
