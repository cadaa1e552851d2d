import { z } from 'zod';
import { ShopError } from '../../kit/errors.ts';
import type { App } from '../../kit/http/route.ts';
import { SagaAnswer, StuckAnswer } from '../api.ts';
import type { SagaEngine } from './port.ts';

const ById = z.object({ id: z.string() });
const Listing = z.object({ limit: z.coerce.number().int().min(1).max(500).default(100) });
const Decided = z.object({
  do: z.enum(['retry', 'skip', 'resolve']),
  step: z.string().min(1).max(50),
  who: z.string().min(1).max(100),
  reason: z.string().max(300).default(''),
});
const DecidedAnswer = z.object({ sagaId: z.string(), status: z.string() });

/** What can be seen of sagas, and the manual-intervention queue. */
export function addSagaRoutes(app: App, engine: SagaEngine): void {
  const queue = {
    schema: {
      summary: 'Sagas with a step that does not get through, oldest first',
      querystring: Listing,
      response: { 200: StuckAnswer },
    },
    config: { permission: 'orders:read' },
  } as const;
  app.get('/sagas/stuck', queue, async (request) => ({ sagas: await engine.stuck(request.query.limit) }));

  const one = {
    schema: { summary: 'A saga with its journal', params: ById, response: { 200: SagaAnswer } },
    config: { permission: 'orders:read' },
  } as const;
  app.get('/sagas/:id', one, async (request) => {
    const { id } = request.params;
    const saga = await engine.get(id);
    if (saga) return { ...saga, journal: [...saga.journal] };
    throw new ShopError('not_found', `there is no saga ${id}`, 'Check the id.');
  });

  const decide = {
    schema: {
      summary: 'Decide about a stuck step: retry it now, skip it, or say that it is done by hand',
      params: ById,
      body: Decided,
      response: { 200: DecidedAnswer },
    },
    config: { permission: 'orders:cancel' },
  } as const;
  app.post('/sagas/:id/interventions', decide, async (request) => {
    const { id } = request.params;
    return { sagaId: id, status: await engine.intervene(id, request.body) };
  });
}
