import { SWEEP_EXPORTS, SweepRequest } from '@stormglass/chaos/contract';
import { z } from 'zod';

const none = z.object({});

/** The API's rows about sweeps. */
export const SWEEPS_API = {
  sweeps: { method: 'GET', path: '/api/sweeps', input: none, summary: 'Sweeps, newest first' },
  sweep: {
    method: 'GET',
    path: '/api/sweeps/:id',
    input: none,
    summary: 'One sweep: heat map, results of its cells with their figures, proposals, shrinks',
  },
  startSweep: {
    method: 'POST',
    path: '/api/sweeps',
    input: SweepRequest.extend({ dry: z.boolean().default(false) }),
    summary: 'Try every fault that applies to every place of the map; `dry` plans only',
  },
  abortSweep: {
    method: 'POST',
    path: '/api/sweeps/:id/abort',
    input: none,
    summary: 'Stop a sweep, or a shrink of it, and revert what runs',
  },
  resumeSweep: {
    method: 'POST',
    path: '/api/sweeps/:id/resume',
    input: none,
    summary: 'Go on with a sweep that was stopped or interrupted; cells that are judged stay so',
  },
  shrinkSweep: {
    method: 'POST',
    path: '/api/sweeps/:id/shrink',
    input: z.object({ cells: z.array(z.string()).min(2).max(8) }),
    summary:
      'Try the faults of several cells at once, and reduce them to the fewest that still break something',
  },
  exportSweep: {
    method: 'GET',
    path: '/api/sweeps/:id/export',
    input: z.object({ cell: z.string().min(1), as: z.enum(SWEEP_EXPORTS).default('experiment') }),
    summary: 'A cell, or the smallest schedule of a shrink, as an experiment file or a Playwright test',
  },
} as const;
