import { CONTROL, type Past } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { z } from 'zod';
import { ShopError } from '../kit/errors.ts';
import type { Until } from '../kit/event-store/fold.ts';
import { PastQuery, pastOf } from '../kit/event-store/past.ts';
import type { App } from '../kit/http/route.ts';
import type { Permission } from '../kit/identity/permissions.ts';
import { type ShopEvent, ShopEventAnswer } from './shop-event.ts';

/** Something that is what its events say. */
export interface History<View extends z.ZodType> {
  /** In the plural, as it stands in the address. */
  path: `/${string}`;
  /** What it is called. */
  what: string;
  permission: Permission;
  view: View;
  /** Null when it is not there, or was not yet. */
  read(id: string, until: Until | undefined): Promise<z.output<View> | null>;
  /** In order, without what nobody may see; empty when it is not there. */
  events(id: string): Promise<Pick<ShopEvent, keyof z.output<typeof ShopEventAnswer>>[]>;
}

const ById = z.object({ id: z.string() });
const EventsAnswer = z.object({ events: z.array(ShopEventAnswer) });

/** Adds `GET <path>/:id`, as it is or as it was, and `GET <path>/:id/events`, what happened to it. */
export function addHistory<View extends z.ZodType>(app: App, history: History<View>): void {
  const { path, what, permission, view, read, events } = history;
  const missing = (id: string) => new ShopError('not_found', `there is no ${what} ${id}`, 'Check the id.');
  const one = {
    schema: {
      summary: `One ${what}, as it is or as it was`,
      params: ById,
      querystring: PastQuery,
      response: { 200: view as z.ZodType },
    },
    config: { permission },
  } as const;
  app.get(`${path}/:id`, one, async ({ params: { id }, query }) => {
    const found = await read(id, pastOf(query));
    if (found !== null) return found;
    throw missing(id);
  });
  const all = {
    schema: { summary: `What happened to one ${what}`, params: ById, response: { 200: EventsAnswer } },
    config: { permission },
  } as const;
  app.get(`${path}/:id/events`, all, async ({ params: { id } }) => {
    const found = await events(id);
    if (found.length > 0) return { events: found };
    throw missing(id);
  });
}

/** So many of the newest events are told in one answer. */
const MOST_VERSIONS = 200;

/** Offers the histories of an order's things on the agent channel; gives back what withdraws it. */
export function offerHistory<View extends z.ZodType>(
  history: History<View>,
  /** Names of those that an order has; a name without events is left out. */
  idsOf: (orderId: string) => Promise<readonly string[]>,
): () => void {
  return registerControl({
    name: 'history.read',
    title: `What happened to the ${history.what} of an order`,
    input: CONTROL['history.read'].input,
    run: async ({ orderId }) => {
      const all = await Promise.all((await idsOf(orderId)).map((id) => pastOfOne(history, id)));
      return { pasts: all.filter(({ versions }) => versions.length > 0) };
    },
  });
}

async function pastOfOne<View extends z.ZodType>({ what, events, read }: History<View>, id: string) {
  const versions: Past['versions'] = [];
  for (const { version, at, type } of (await events(id)).slice(-MOST_VERSIONS)) {
    const state = z.record(z.string(), z.unknown()).parse(await read(id, { version }));
    versions.push({ version, at: Date.parse(at), event: type, state });
  }
  return { what, id, versions };
}
