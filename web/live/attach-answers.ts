import { z } from 'zod';
import type { ATTACH_API } from './attach-api.ts';

const counts = z.record(z.string(), z.number());

/** Counts only grow while collector and dashboard run: what is of interest is the difference of two answers. */
const AttachView = z.object({
  /** Base URLs; null when the launcher did not say. */
  otlpHttp: z.string().nullable(),
  otlpGrpc: z.string().nullable(),
  /** Spans, log records and data points taken, by signal. */
  received: counts,
  /** Items, requests and connections refused, by reason. */
  rejected: counts,
  /** OTLP requests that came to the dashboard's own port. */
  misdirected: z.number().int(),
});
export type AttachView = z.infer<typeof AttachView>;

/** What the row about attaching answers. */
export const ATTACH_ANSWERS = {
  attach: AttachView,
} as const satisfies Record<keyof typeof ATTACH_API, z.ZodType>;
