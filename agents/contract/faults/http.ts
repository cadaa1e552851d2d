import { z } from 'zod';
import { type FaultRow, milliseconds } from './row.ts';

/** Of calls, at who answers them or at who makes them. */
export const HTTP_ACTIONS = [
  z.object({ type: z.literal('latency'), ms: milliseconds(1000), jitterMs: milliseconds(0) }),
  z.object({
    type: z.literal('error'),
    status: z.number().int().min(400).max(599).default(503),
    body: z.string().max(4096).default('{"error":"injected by stormglass"}'),
  }),
  z.object({ type: z.literal('hang') }),
  /** A real TCP RST where this process is the server; the same error where it is the client. */
  z.object({ type: z.literal('reset') }),
] as const;

export const HTTP_CATALOGUE = {
  latency: { title: 'Latency', targets: ['service', 'edge'], positions: ['before', 'after', 'duplicate'] },
  error: { title: 'Error answer', targets: ['service', 'edge'], positions: ['before', 'after', 'late'] },
  hang: { title: 'Hang', targets: ['service', 'edge'], positions: ['before', 'after', 'late'] },
  reset: { title: 'Connection reset', targets: ['service', 'edge'], positions: ['before', 'after', 'late'] },
} as const satisfies Record<(typeof HTTP_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
