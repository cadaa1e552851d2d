import { CONTROL } from '@stormglass/agents/contract';
import { z } from 'zod';

const none = z.object({});
const { reason } = CONTROL['violations.acknowledge'].input.shape;

/** The API's rows about what services and their auditor know themselves, and no telemetry tells. */
export const SHOP_API = {
  wall: {
    method: 'GET',
    path: '/api/wall',
    input: none,
    summary: 'All invariants with their verdicts, as the auditor has them now',
  },
  evidence: {
    method: 'GET',
    path: '/api/wall/:id',
    input: none,
    summary: 'One invariant with the facts that break it, those that are known, and those that wait',
  },
  acknowledge: {
    method: 'POST',
    path: '/api/wall/:id/acknowledgements',
    input: z.object({ reason }),
    summary: 'Take what is violated now as known; a violation that comes later is red again',
  },
  stuckSagas: {
    method: 'GET',
    path: '/api/interventions',
    input: none,
    summary: 'Sagas that wait for a person now, longest first',
  },
  orderPast: {
    method: 'GET',
    path: '/api/orders/:id/past',
    input: none,
    summary: 'What an order and its payments were after each of their events',
  },
} as const;
