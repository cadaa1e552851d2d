import { z } from 'zod';
import { quantity } from './parameter.ts';
import type { FaultRow } from './row.ts';

const copies = quantity(1, 10, {
  title: 'Copies',
  unit: 'messages',
  about: 'besides the message itself',
}).default(1);

/** Of messages, at who sends them or at who handles them. The selector's percentage takes a share of the messages. */
export const MESSAGING_ACTIONS = [
  z.object({ type: z.literal('consumer_stop') }),
  /** The sender is told that it was sent; the broker that it was handled. */
  z.object({ type: z.literal('message_drop') }),
  z.object({
    type: z.literal('message_delay'),
    ms: quantity(1, 600_000, {
      title: 'Delay',
      unit: 'ms',
      about: 'before the message goes to the broker',
    }).default(1_000),
  }),
  /** The same message again: sent again under its own id, or handled again. */
  z.object({ type: z.literal('message_duplicate'), count: copies }),
  z.object({
    type: z.literal('message_reorder'),
    count: quantity(2, 100, {
      title: 'Window',
      unit: 'messages',
      about: 'that are held, and let go in reverse',
    }).default(5),
    ms: quantity(1, 60_000, {
      title: 'Patience',
      unit: 'ms',
      about: 'after which a window is let go though it is not full',
    }).default(1_000),
  }),
  /** A payload that cannot be handled, in place of its own: at the sender for good, at the consumer for one attempt. */
  z.object({ type: z.literal('message_poison') }),
  /** The message is handled, and the broker never hears of it: it is delivered again. */
  z.object({ type: z.literal('ack_lost') }),
  z.object({
    type: z.literal('consumer_slow'),
    ms: quantity(1, 600_000, {
      title: 'Delay',
      unit: 'ms',
      about: 'before each message is handled',
    }).default(1_000),
  }),
  /** Copies of a message under ids of their own. */
  z.object({
    type: z.literal('producer_burst'),
    count: quantity(1, 10_000, {
      title: 'Copies',
      unit: 'messages',
      about: 'of each message that is hit',
    }).default(100),
    rate: quantity(1, 1_000, {
      title: 'Rate',
      unit: 'messages per second',
      about: 'at which the copies are sent',
    }).default(50),
  }),
  /** By the host: the broker's database is closed, or its process is kept down, until the lease ends. */
  z.object({ type: z.literal('broker_outage') }),
] as const;

const BOTH = ['producer', 'consumer'] as const;

export const MESSAGING_CATALOGUE = {
  consumer_stop: { title: 'Consumer stop', targets: ['consumer'], positions: ['before'] },
  message_drop: { title: 'Messages dropped', targets: BOTH, positions: ['before'], perTrace: true },
  message_delay: { title: 'Messages delayed', targets: ['producer'], positions: ['before'], perTrace: true },
  message_duplicate: { title: 'Messages duplicated', targets: BOTH, positions: ['before'], perTrace: true },
  message_reorder: { title: 'Messages reordered', targets: BOTH, positions: ['before'], perTrace: true },
  message_poison: { title: 'Poison messages', targets: BOTH, positions: ['before'], perTrace: true },
  ack_lost: { title: 'Acknowledgement lost', targets: ['consumer'], positions: ['before'], perTrace: true },
  consumer_slow: { title: 'Slow consumer', targets: ['consumer'], positions: ['before'], perTrace: true },
  producer_burst: { title: 'Producer burst', targets: ['producer'], positions: ['before'], perTrace: true },
  broker_outage: { title: 'Broker outage', targets: ['database', 'process'], positions: ['before'] },
} as const satisfies Record<(typeof MESSAGING_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
