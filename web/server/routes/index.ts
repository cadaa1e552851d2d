import { attachRoutes } from './attach.ts';
import { breakerRoutes } from './breakers.ts';
import { chaosRoutes } from './chaos.ts';
import { diagnoseRoutes } from './diagnose.ts';
import { eventRoutes } from './events.ts';
import { experimentDraftRoutes } from './experiment-drafts.ts';
import { figureRoutes } from './figures.ts';
import { gameDayRoutes } from './gamedays.ts';
import type { Handlers, Parts } from './handler.ts';
import { observeRoutes } from './observe.ts';
import { proofRoutes } from './proofs.ts';
import { queueRoutes } from './queues.ts';
import { resilienceRoutes } from './resilience.ts';
import { resultRoutes } from './results.ts';
import { runRoutes } from './runs.ts';
import { sagaRoutes } from './sagas.ts';
import { scheduleRoutes } from './schedules.ts';
import { sessionRoutes } from './session.ts';
import { shopRoutes } from './shop.ts';
import { sweepRoutes } from './sweeps.ts';
import { traceRoutes } from './traces.ts';

/** One handler for each row of the API table; the compiler counts them. */
export function createHandlers(parts: Parts): Handlers {
  return {
    ...sessionRoutes(parts),
    ...observeRoutes(parts),
    ...attachRoutes(parts),
    ...diagnoseRoutes(parts),
    ...breakerRoutes(parts),
    ...resilienceRoutes(parts),
    ...queueRoutes(parts),
    ...sagaRoutes(parts),
    ...traceRoutes(parts),
    ...figureRoutes(parts),
    ...chaosRoutes(parts),
    ...runRoutes(parts),
    ...experimentDraftRoutes(parts),
    ...resultRoutes(parts),
    ...scheduleRoutes(parts),
    ...gameDayRoutes(parts),
    ...eventRoutes(parts),
    ...proofRoutes(parts),
    ...sweepRoutes(parts),
    ...shopRoutes(parts),
  };
}
