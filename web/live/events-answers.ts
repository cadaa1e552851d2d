import { DashboardEvent, Delivery, Webhook } from '@stormglass/chaos/contract';
import { z } from 'zod';
import type { EVENTS_API } from './events-api.ts';

/** What the rows about events answer. */
export const EVENTS_ANSWERS = {
  events: z.object({ events: z.array(DashboardEvent), cursor: z.number().int() }),
  webhooks: z.object({ webhooks: z.array(Webhook) }),
  addWebhook: Webhook.extend({ secret: z.string() }),
  deleteWebhook: Webhook,
  testWebhook: Delivery,
  deliveries: z.object({ deliveries: z.array(Delivery) }),
} as const satisfies Record<keyof typeof EVENTS_API, z.ZodType>;
