'use client';
import { useQuery } from '@tanstack/react-query';
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

/** Versions and the addresses to which telemetry is sent. */
export function useHealth() {
  return useQuery<Answer<'health'>>({
    queryKey: keys.health,
    queryFn: ({ signal }) => request('health', { signal }),
    staleTime: 60_000,
  });
}
