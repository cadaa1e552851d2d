'use client';
import { useQuery } from '@tanstack/react-query';
import type { Answer } from './answers.ts';
import { keys } from './keys.ts';
import { request } from './request.ts';
import { useLiveState } from './use-window.ts';

/** All runs, newest first; the live channel says when one changes, so this is only the past. */
export function useRuns() {
  const live = useLiveState();
  const newest = live?.runs.map((r) => `${r.id}${r.phase}`).join();
  return useQuery<Answer<'runs'>>({
    queryKey: [...keys.runs, newest ?? ''],
    queryFn: ({ signal }) => request('runs', { signal }),
    placeholderData: (before) => before,
  });
}
