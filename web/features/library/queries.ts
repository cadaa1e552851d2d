'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

export function useExperiments() {
  return useQuery<Answer<'experiments'>>({
    queryKey: keys.experiments,
    queryFn: ({ signal }) => request('experiments', { signal }),
    staleTime: 60_000,
  });
}

/** How an experiment is to be run. */
export interface RunWish {
  experimentId: string;
  unprotected: boolean;
  /** The server's usual one when absent. */
  seed?: number;
}

export function useStartRun() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (wish: RunWish) => request('startRun', { input: { ...wish } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.runs }),
  });
}
