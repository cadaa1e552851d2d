'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

/** How long a forced state holds before the agent takes it back, ms. */
export const FORCE_MS = 30_000;

/** What the server knows of each breaker beside its samples: whether an agent is there which can force it. */
export function useBreakerRows() {
  return useQuery<Answer<'breakers'>>({
    queryKey: keys.breakers,
    queryFn: ({ signal }) => request('breakers', { signal }),
    refetchInterval: 10_000,
  });
}

export type ForceState = 'open' | 'closed' | 'reset';

/** Forces a breaker for FORCE_MS, or resets its counts. */
export function useForceBreaker(service: string, name: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (state: ForceState) =>
      request('forceBreaker', { params: { service, name }, input: { state, forMs: FORCE_MS } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.breakers }),
  });
}
