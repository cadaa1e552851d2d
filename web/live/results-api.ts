import { ComparedPart, RepeatRequest } from '@stormglass/chaos/contract';
import { z } from 'zod';

const none = z.object({});

/** Rows about what runs came to: documents, comparison, repetition. */
export const RESULTS_API = {
  runReport: {
    method: 'GET',
    path: '/api/runs/:id/report',
    input: z.object({ format: z.enum(['html', 'markdown', 'junit', 'json']).default('html') }),
    document: ['text/html', 'text/markdown', 'application/xml', 'application/json'],
    summary: 'One run as a document: a page of its own, Markdown, JUnit XML or JSON',
  },
  compareRuns: {
    method: 'GET',
    path: '/api/runs/:id/comparison',
    input: z.object({
      /** The other run. */
      with: z.string().min(1),
      part: ComparedPart.default('fault'),
    }),
    summary: 'Two runs on every edge and operation, with what differs by more than chance',
  },
  repeats: { method: 'GET', path: '/api/repeats', input: none, summary: 'Repeated runs, newest first' },
  repeat: {
    method: 'GET',
    path: '/api/repeats/:id',
    input: none,
    summary: 'Repeated runs with each figure over all of them: mean, median, intervals',
  },
  startRepeat: {
    method: 'POST',
    path: '/api/repeats',
    input: RepeatRequest,
    summary: 'Run an experiment with several seeds, one after the other',
  },
  stopRepeat: {
    method: 'POST',
    path: '/api/repeats/:id/stop',
    input: none,
    summary: 'Abort the run that is going on and begin no other',
  },
} as const;
