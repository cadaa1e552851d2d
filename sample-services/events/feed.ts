import { z } from 'zod';
import type { Database } from '../kit/database.ts';
import { readFeed } from '../kit/event-store/feed.ts';
import type { App } from '../kit/http/route.ts';
import type { Permission } from '../kit/identity/permissions.ts';
import { toShopEvent } from './record.ts';
import { ShopEventAnswer } from './shop-event.ts';

const FeedQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

/**
 * A page of an owner's events. Ask again with `after: next`. It is the last for now when `next` has come to `newest`; an
 * empty page may be none: an event that was given a number may not be committed yet, and hides those behind it.
 */
export const EventsPage = z.object({
  events: z.array(ShopEventAnswer),
  next: z.number().int(),
  newest: z.number().int(),
});

/** Adds `GET /events`: everything that ever happened here, in one order, for whoever builds his picture anew. */
export function addEventFeed(app: App, db: Database, permission: Permission): void {
  const schema = {
    summary: 'All events in order, after a number',
    querystring: FeedQuery,
    response: { 200: EventsPage },
  };
  app.get('/events', { schema, config: { permission } }, async ({ query }) => {
    const { events, ...place } = await readFeed(db, query.after, query.limit);
    return { events: events.map(toShopEvent), ...place };
  });
}
