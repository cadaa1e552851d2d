'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { useLiveState } from '../../live/use-window.ts';

/** What somebody else changes, or the clock, is seen within this time, ms. */
const REFRESH_MS = 5_000;
/** Files change seldom. */
const FILES_STALE_MS = 60_000;

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

export function useMaintenance() {
  return useQuery<Answer<'maintenance'>>({
    queryKey: keys.maintenance,
    queryFn: ({ signal }) => request('maintenance', { signal }),
    refetchInterval: REFRESH_MS,
  });
}

export function useExperimentFiles() {
  return useQuery<Answer<'experiments'>>({
    queryKey: keys.experiments,
    queryFn: ({ signal }) => request('experiments', { signal }),
    staleTime: FILES_STALE_MS,
  });
}

export function useGameDayPlans() {
  return useQuery<Answer<'gamedayPlans'>>({
    queryKey: keys.gamedayPlans,
    queryFn: ({ signal }) => request('gamedayPlans', { signal }),
    staleTime: FILES_STALE_MS,
  });
}

/** All game days, newest first; the live channel has the one that is played, so this is only the past. */
export function useGameDays() {
  const live = useLiveState();
  return useQuery<Answer<'gamedays'>>({
    queryKey: [...keys.gamedays, live?.gameday?.id ?? ''],
    queryFn: ({ signal }) => request('gamedays', { signal }),
    placeholderData: (before) => before,
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
        [keys.schedules, keys.scheduleStarts, keys.maintenance, keys.gamedays, keys.webhooks].map(
          (queryKey) => cache.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
