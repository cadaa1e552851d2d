'use client';
import { useQuery } from '@tanstack/react-query';
import type { Answer } from './answers.ts';
import { keys } from './keys.ts';
import { request } from './request.ts';

const EVERY_MS = 5_000;

/** The sagas that wait for a person now, as the services that keep them say. */
export function useStuckSagas() {
  return useQuery<Answer<'stuckSagas'>>({
    queryKey: keys.stuckSagas,
    queryFn: ({ signal }) => request('stuckSagas', { signal }),
    refetchInterval: EVERY_MS,
  });
}
