'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

/** What somebody else changes, or the clock, is seen within this time, ms. */
const REFRESH_MS = 5_000;

export function useSchedules() {
  return useQuery<Answer<'schedules'>>({
    queryKey: keys.schedules,
    queryFn: ({ signal }) => request('schedules', { signal }),
    refetchInterval: REFRESH_MS,
  });
}

export function useStarts() {
  return useQuery<Answer<'scheduleStarts'>>({
    queryKey: keys.scheduleStarts,
    queryFn: ({ signal }) => request('scheduleStarts', { signal }),
    refetchInterval: REFRESH_MS,
  });
}

export function useExperimentIds() {
  const { data } = useQuery<Answer<'experiments'>>({
    queryKey: keys.experiments,
    queryFn: ({ signal }) => request('experiments', { signal }),
    staleTime: 60_000,
  });
  return (data?.experiments ?? []).map(({ id, spec }) => ({ id, title: spec.title }));
}

export function useGameDays() {
  return useQuery<Answer<'gamedays'>>({
    queryKey: keys.gamedays,
    queryFn: ({ signal }) => request('gamedays', { signal }),
    refetchInterval: REFRESH_MS,
  });
}

export function useWebhooks() {
  return useQuery<Answer<'webhooks'>>({
    queryKey: keys.webhooks,
    queryFn: ({ signal }) => request('webhooks', { signal }),
    refetchInterval: REFRESH_MS,
  });
}

/** Does something to one of the lists, and reads all of them again. */
export function useDoing<I, O>(work: (input: I) => Promise<O>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSettled: () =>
      Promise.all(
        [keys.schedules, keys.scheduleStarts, keys.gamedays, keys.webhooks].map((queryKey) =>
          cache.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
