import { z } from 'zod';

export const EVENT_TYPES = [
  'run.started',
  'run.ended',
  'fault.armed',
  'fault.ended',
  'fault.revert_failed',
  'guard.tripped',
  'breaker.opened',
  'slo.breached',
  'slo.restored',
  'halt.set',
  'halt.released',
] as const;
export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** Something that happened, as others are told of it. Its number is the cursor of the feed. */
export const DashboardEvent = z.object({
  seq: z.number().int(),
  /** Epoch ms. */
  at: z.number(),
  type: EventType,
  /** A run's, fault's or breaker's id, or a service. */
  subject: z.string(),
  /** In words. */
  says: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type DashboardEvent = z.infer<typeof DashboardEvent>;

/** Where events are sent. Without `types` all are. */
export const WebhookWish = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .refine(
      (url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '',
      'a URL with a password would be shown',
    ),
  types: z.array(EventType).default([]),
  /** Key of the signature; made up when absent. */
  secret: z.string().min(16).max(200).optional(),
});
export type WebhookWish = z.infer<typeof WebhookWish>;

/** A webhook as it is shown: without its secret. */
export const Webhook = z.object({
  ...{
    id: z.string(),
    url: z.string(),
    types: z.array(EventType),
    createdBy: z.string(),
    createdAt: z.number(),
  },
  /** Number of the last event that is dealt with. */
  cursor: z.number().int(),
  /** Events left out because too many waited. */
  dropped: z.number().int(),
});
export type Webhook = z.infer<typeof Webhook>;

/** One attempt to deliver one event. */
export const Delivery = z.object({
  ...{
    webhookId: z.string(),
    seq: z.number().int(),
    type: z.string(),
    attempt: z.number().int(),
    at: z.number(),
  },
  outcome: z.enum(['delivered', 'will_retry', 'given_up']),
  /** Null when there was no answer. */
  status: z.number().int().nullable(),
  /** The beginning of the answer, or what went wrong. */
  answer: z.string(),
  tookMs: z.number(),
});
export type Delivery = z.infer<typeof Delivery>;
