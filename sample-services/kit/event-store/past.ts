import { z } from 'zod';
import type { Until } from './fold.ts';

/** A query for a point in a stream's past: after that many events, or at that instant (ISO 8601). */
export const PastQuery = z.object({
  version: z.coerce.number().int().min(1).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
});

/** Undefined for the present. */
export function pastOf({ version, at }: z.output<typeof PastQuery>): Until | undefined {
  if (version !== undefined) return { version };
  return at === undefined ? undefined : { at: new Date(at) };
}
