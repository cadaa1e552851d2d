'use client';
import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

/** Versions and the addresses to which telemetry is sent. */
export function useHealth() {
  return useQuery<Answer<'health'>>({
    queryKey: keys.health,
    queryFn: ({ signal }) => request('health', { signal }),
    staleTime: 60_000,
  });
}
