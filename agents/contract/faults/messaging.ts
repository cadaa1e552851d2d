import { z } from 'zod';
import type { FaultRow } from './row.ts';
import { whole } from './whole.ts';

const copies = whole(1, 10, 1, {
  title: 'Copies',
  unit: 'messages',
  description: 'besides the message itself',
});

/** Of messages, at who sends them or at who handles them. The selector's percentage takes a share of the messages. */
export const MESSAGING_ACTIONS = [
  z.object({ type: z.literal('consumer_stop') }),
  /** The sender is told that it was sent; the broker that it was handled. */
  z.object({ type: z.literal('message_drop') }),
  z.object({
    type: z.literal('message_delay'),
    ms: whole(1, 600_000, 1_000, {
      title: 'Delay',
      unit: 'ms',
      description: 'before the message goes to the broker',
    }),
  }),
  /** The same message again: sent again under its own id, or handled again. */
  z.object({ type: z.literal('message_duplicate'), count: copies }),
  z.object({
    type: z.literal('message_reorder'),
    count: whole(2, 100, 5, {
      title: 'Window',
      unit: 'messages',
      description: 'that are held, and let go in reverse',
    }),
    ms: whole(1, 60_000, 1_000, {
      title: 'Patience',
      unit: 'ms',
      description: 'after which a window is let go though it is not full',
    }),
  }),
  /** A payload that cannot be handled, in place of its own: at the sender for good, at the consumer for one attempt. */
  z.object({ type: z.literal('message_poison') }),
  /** The message is handled, and the broker never hears of it: it is delivered again. */
  z.object({ type: z.literal('ack_lost') }),
  z.object({
    type: z.literal('consumer_slow'),
    ms: whole(1, 600_000, 1_000, {
      title: 'Delay',
      unit: 'ms',
      description: 'before each message is handled',
    }),
  }),
  /** Copies of a message under ids of their own. */
  z.object({
    type: z.literal('producer_burst'),
    count: whole(1, 10_000, 100, {
      title: 'Copies',
      unit: 'messages',
      description: 'of each message that is hit',
    }),
    rate: whole(1, 1_000, 50, {
      title: 'Rate',
      unit: 'messages per second',
      description: 'at which the copies are sent',
    }),
  }),
  /** By the host: the broker's database is closed, or its process is kept down, until the lease ends. */
  z.object({ type: z.literal('broker_outage') }),
] as const;

const BOTH = ['producer', 'consumer'] as const;

export const MESSAGING_CATALOGUE = {
  consumer_stop: { title: 'Consumer stop', targets: ['consumer'], positions: ['before'] },
  message_drop: { title: 'Messages dropped', targets: BOTH, positions: ['before'] },
  message_delay: { title: 'Messages delayed', targets: ['producer'], positions: ['before'] },
  message_duplicate: { title: 'Messages duplicated', targets: BOTH, positions: ['before'] },
  message_reorder: { title: 'Messages reordered', targets: BOTH, positions: ['before'] },
  message_poison: { title: 'Poison messages', targets: BOTH, positions: ['before'] },
  ack_lost: { title: 'Acknowledgement lost', targets: ['consumer'], positions: ['before'] },
  consumer_slow: { title: 'Slow consumer', targets: ['consumer'], positions: ['before'] },
  producer_burst: { title: 'Producer burst', targets: ['producer'], positions: ['before'] },
  broker_outage: { title: 'Broker outage', targets: ['database', 'process'], positions: ['before'] },
} as const satisfies Record<(typeof MESSAGING_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
