import { z } from 'zod';
import type { StoreState } from '../../live/protocol.ts';

const TIMEOUT_MS = 1_500;

/** The part of the collector's GET /stats that people see; what it does not say stays unknown. */
const Stats = z.object({
  spoolBytes: z.number().nullable().catch(null),
  received: z.number().nullable().catch(null),
  rejected: z.number().nullable().catch(null),
});

export const UNREACHABLE: StoreState = { reachable: false, spoolBytes: null, received: null, rejected: null };

export async function readStats(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<StoreState> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(new URL('/stats', url), { headers, signal: limit });
    if (!response.ok) return UNREACHABLE;
    return { reachable: true, ...Stats.parse(await response.json()) };
  } catch {
    // Not reachable is the answer, not a failure of ours.
    return UNREACHABLE;
  }
}
