'use client';
import type { TraceDetail, TracePath } from '@stormglass/agents/contract';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { loadTrace, type Progress } from './load.ts';

/** One trace, whole, whatever its size; and how far its reading is. */
export function useTrace(id: string) {
  const cache = useQueryClient();
  const query = useQuery<TraceDetail>({
    queryKey: keys.trace(id),
    queryFn: ({ signal }) =>
      loadTrace(id, signal, (progress) => cache.setQueryData(keys.traceProgress(id), progress)),
    structuralSharing: false,
    // A large trace is not kept for a page that has been left.
    gcTime: 30_000,
  });
  const { data: progress } = useQuery<Progress>({
    queryKey: keys.traceProgress(id),
    enabled: false,
    gcTime: 30_000,
    queryFn: () => ({ read: 0, of: 0 }),
  });
  return { query, progress };
}

/** The same list as long as its members are the same. */
function useSame<T>(list: readonly T[]): readonly T[] {
  const kept = useRef(list);
  const same = kept.current.length === list.length && list.every((item, i) => item === kept.current[i]);
  if (!same) kept.current = list;
  return kept.current;
}

/** The traces on the other side of a queue, at most `most`; those that cannot be read are left out. */
export function useLinkedTraces(ids: readonly string[], most: number): readonly TraceDetail[] {
  const results = useQueries({
    queries: ids.slice(0, most).map((id) => ({
      queryKey: keys.linkedTrace(id),
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<TraceDetail> =>
        request('trace', { params: { id }, signal }),
      structuralSharing: false as const,
      staleTime: 60_000,
    })),
  });
  return useSame(results.flatMap((r) => (r.data ? [r.data] : [])));
}

/** The critical path as the server walks it: of a trace that is too large to be walked in the page. */
export function useServerPath(id: string, wanted: boolean): TracePath | undefined {
  return useQuery<TracePath>({
    queryKey: keys.tracePath(id),
    enabled: wanted,
    queryFn: ({ signal }) => request('tracePath', { params: { id }, signal }),
    staleTime: 60_000,
  }).data;
}
