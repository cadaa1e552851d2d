'use client';
import type { ResilienceChange } from '@stormglass/agents/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

const FIGURES_EVERY_MS = 10_000;

/** What the collector took, refused and removed. */
export function useCollector() {
  return useQuery<Answer<'collector'>>({
    queryKey: keys.collector,
    queryFn: ({ signal }) => request('collector', { signal }),
    refetchInterval: FIGURES_EVERY_MS,
  });
}

/** The settings of peers and databases as each instance of a service has them. */
export function useResilience(service: string) {
  return useQuery<Answer<'resilience'>>({
    queryKey: keys.resilience(service),
    queryFn: ({ signal }) => request('resilience', { params: { service }, signal }),
  });
}

/** The change as a form makes it; the server reads it once more. */
type Change = { kind: ResilienceChange['kind']; name: string; settings: Record<string, number> };

/** Changes settings on all instances; the answer is what holds from now on. */
export function useSetResilience(service: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) => request('setResilience', { params: { service }, input: change }),
    onSuccess: (answer) => cache.setQueryData(keys.resilience(service), answer),
  });
}
