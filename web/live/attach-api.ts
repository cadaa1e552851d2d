import { z } from 'zod';

/** The API's row about services on their way in. */
export const ATTACH_API = {
  attach: {
    method: 'GET',
    path: '/api/attach',
    input: z.object({}),
    summary:
      'Where to send telemetry, what came there, what was refused and why, what came to the wrong port',
  },
} as const;
