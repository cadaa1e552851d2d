'use client';
import type { TraceDetail, TraceSummary } from '@stormglass/agents/contract';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

const HALF_AN_HOUR_MS = 1_800_000;
const MOST_ALIKE = 50;

/** One of the two; null asks for nothing. */
export function useCompared(id: string) {
  return useQuery<TraceDetail>({
    queryKey: keys.comparedTrace(id),
    enabled: id !== '',
    queryFn: ({ signal }) => request('trace', { params: { id }, signal }),
    structuralSharing: false,
    staleTime: 60_000,
    gcTime: 60_000,
  });
}

/** Traces with a span of the same service and name, around the same time. */
export function useAlike(trace: TraceDetail, service: string, operation: string) {
  return useQuery<TraceSummary[]>({
    queryKey: keys.alikeTraces(trace.traceId),
    queryFn: async ({ signal }) => {
      const at = Number(BigInt(trace.startNs) / 1_000_000n);
      const range = { from: at - HALF_AN_HOUR_MS, to: at + HALF_AN_HOUR_MS };
      const search = { ...range, service, operation, limit: MOST_ALIKE };
      const { traces } = await request('traces', { input: { q: JSON.stringify(search) }, signal });
      return traces.filter(({ traceId }) => traceId !== trace.traceId);
    },
    staleTime: 10_000,
  });
}
