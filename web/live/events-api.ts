import { WebhookWish } from '@stormglass/chaos/contract';
import { z } from 'zod';

const none = z.object({});

/** The API's rows about what happened, and who is told of it. */
export const EVENTS_API = {
  events: {
    method: 'GET',
    path: '/api/events',
    input: z.object({
      /** The cursor of the last answer; 0 from the beginning. */
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    summary: 'What happened after a cursor, oldest first, with the cursor to ask with next',
  },
  webhooks: { method: 'GET', path: '/api/webhooks', input: none, summary: 'Webhooks, without their secrets' },
  addWebhook: {
    method: 'POST',
    path: '/api/webhooks',
    input: WebhookWish,
    summary: 'Send events to a URL, signed; the answer has the secret, and no other does',
  },
  deleteWebhook: {
    method: 'DELETE',
    path: '/api/webhooks/:id',
    input: none,
    summary: 'Send nothing more there',
  },
  testWebhook: {
    method: 'POST',
    path: '/api/webhooks/:id/test',
    input: none,
    summary: 'Send a test event once, and say what was answered',
  },
  deliveries: {
    method: 'GET',
    path: '/api/webhooks/:id/deliveries',
    input: none,
    summary: 'The last attempts to deliver, newest first',
  },
} as const;
