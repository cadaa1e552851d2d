import { z } from 'zod';

const none = z.object({});

/** More than this is no experiment; the longest that comes with us has 4 KB. */
const MAX_DRAFT = 100_000;
const text = z.string().max(MAX_DRAFT);

/** The API's rows about experiments that are not (yet) files. Each refusal of a text names every problem with its place. */
export const EDITOR_API = {
  experimentSchema: {
    method: 'GET',
    path: '/api/experiment-schema',
    input: none,
    summary: 'What an experiment may hold, as a JSON Schema: for completion and forms, in any editor',
  },
  experimentSource: {
    method: 'GET',
    path: '/api/experiments/:id/source',
    input: none,
    summary: 'The text of an experiment file, comments included, be it valid or not',
  },
  checkDraft: {
    method: 'POST',
    path: '/api/experiment-drafts/check',
    input: z.object({ text }),
    summary:
      'What is wrong with the text of an experiment: code, path, line, column and next step of each problem',
  },
  dryRunDraft: {
    method: 'POST',
    path: '/api/experiment-drafts/dry-run',
    input: z.object({ text }),
    summary: 'What the experiment would hurt now, and what its hypothesis and guards see now; hurts nothing',
  },
  runDraft: {
    method: 'POST',
    path: '/api/experiment-drafts/runs',
    input: z.object({
      text,
      seed: z.number().int().min(0).optional(),
      /** Without the protections which the experiment names. */
      unprotected: z.boolean().optional(),
    }),
    summary: 'Run an experiment that is no file; the text is kept with the run',
  },
} as const;
