import type { EVENTS_API } from '../../live/events-api.ts';
import { type Handlers, type Parts, param } from './handler.ts';

export function eventRoutes({ feed, webhooks }: Parts): Pick<Handlers, keyof typeof EVENTS_API> {
  return {
    events: ({ input }) => feed.after(input.after, input.limit),
    webhooks: () => ({ webhooks: webhooks.list() }),
    addWebhook: ({ input, who }) => webhooks.add(input, who),
    deleteWebhook: (call) => webhooks.remove(param(call, 'id'), call.who),
    testWebhook: (call) => webhooks.test(param(call, 'id'), call.who),
    deliveries: (call) => ({ deliveries: webhooks.deliveries(param(call, 'id')) }),
  };
}
