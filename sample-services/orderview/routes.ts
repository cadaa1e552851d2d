import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import type { App } from '../kit/http/route.ts';
import { ById, LinesAnswer, Listing, ProjectionAnswer, RebuildAnswer } from './api.ts';
import { OrderDetails } from './model/details.ts';
import { readBuilder, readGenerations } from './projection/generations.ts';
import type { Lag } from './projection/lag.ts';
import type { Rebuilder } from './projection/rebuild.ts';
import { readDetails, readRecent, readUsersOrders } from './read.ts';

const READ = { permission: 'orderview:read' } as const;

export function addQueries(app: App, db: Database): void {
  const recent = {
    schema: { summary: 'The newest orders of all', querystring: Listing, response: { 200: LinesAnswer } },
    config: READ,
  };
  app.get('/orders/recent', recent, async ({ query }) => ({ orders: await readRecent(db, query.limit) }));

  const one = {
    schema: {
      summary: 'An order with its payment, shipment and notifications',
      params: ById,
      response: { 200: OrderDetails },
    },
    config: READ,
  };
  app.get('/orders/:id', one, async ({ params }) => {
    const details = await readDetails(db, params.id);
    if (details) return details;
    throw new ShopError('not_found', `nothing is known of an order ${params.id}`, 'Check the id, or wait.');
  });

  const ofUser = {
    schema: {
      summary: 'Orders of a user, newest first',
      params: ById,
      querystring: Listing,
      response: { 200: LinesAnswer },
    },
    config: READ,
  };
  app.get('/users/:id/orders', ofUser, async ({ params, query }) => ({
    orders: await readUsersOrders(db, params.id, query.limit),
  }));
}

export function addProjection(app: App, db: Database, rebuilder: Rebuilder, lag: Lag): void {
  const state = {
    schema: { summary: 'Lag and rebuild of the read models', response: { 200: ProjectionAnswer } },
    config: READ,
  };
  app.get('/projection', state, () => projectionState(db, rebuilder, lag));

  const rebuild = {
    schema: {
      summary: "Build the read models anew from their owners' event stores",
      response: { 202: RebuildAnswer },
    },
    config: { permission: 'orderview:rebuild' },
  } as const;
  app.post('/rebuild', rebuild, async (_request, reply) =>
    reply.status(202).send({ generation: await rebuilder.begin() }),
  );
}

async function projectionState(db: Database, rebuilder: Rebuilder, lag: Lag): Promise<ProjectionAnswer> {
  const generations = await readGenerations(db);
  const [count] = await db.query<{ orders: number }>(
    'select count(*)::int as orders from order_details where generation = $1',
    [generations.current],
  );
  const { building, rebuildStartedAt, rebuiltAt } = generations;
  return {
    generation: generations.current,
    orders: count?.orders ?? 0,
    lag: lag.figures(),
    rebuild:
      building === null
        ? null
        : {
            generation: building,
            startedAt: rebuildStartedAt?.toISOString() ?? '',
            builder: await readBuilder(db),
            sources: await rebuilder.progress(),
          },
    rebuiltAt: rebuiltAt?.toISOString() ?? null,
  };
}
