'use client';
import type { TraceDetail } from '@stormglass/agents/contract';
import { useQueries, useQuery } from '@tanstack/react-query';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

function traceQuery(id: string) {
  return {
    queryKey: keys.trace(id),
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<TraceDetail> =>
      request('trace', { params: { id }, signal }),
    structuralSharing: false as const,
    staleTime: 5_000,
  };
}

/** One trace, whole. */
export function useTrace(id: string) {
  return useQuery<TraceDetail>(traceQuery(id));
}

/** The traces on the other side of a queue, at most `most`; those that cannot be read are left out. */
export function useLinkedTraces(ids: readonly string[], most: number): TraceDetail[] {
  const results = useQueries({ queries: ids.slice(0, most).map(traceQuery) });
  return results.flatMap((r) => (r.data ? [r.data] : []));
}
