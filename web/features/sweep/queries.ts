'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

/** How often a sweep that runs is asked for, milliseconds. */
const POLL_MS = 1_500;

type Sweep = Answer<'sweep'>;

export function useSweeps() {
  return useQuery<Answer<'sweeps'>>({
    queryKey: keys.sweeps,
    queryFn: ({ signal }) => request('sweeps', { signal }),
  });
}

const goesOn = ({ state, shrinks }: Sweep) =>
  state === 'running' || shrinks.some((shrink) => shrink.state === 'running');

export function useSweep(id: string | null) {
  return useQuery<Sweep>({
    queryKey: keys.sweep(id ?? ''),
    enabled: id !== null,
    queryFn: ({ signal }) => request('sweep', { params: { id: id ?? '' }, signal }),
    refetchInterval: (query) => (query.state.data && goesOn(query.state.data) ? POLL_MS : false),
  });
}

/** Plans only with `dry`; else begins. */
export function useStartSweep(begun: (id: string) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (input: Record<string, unknown>) => request('startSweep', { input }),
    onSuccess: ({ sweep }) => {
      if (sweep !== null) begun(sweep.id);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: keys.sweeps }),
  });
}

export function useChangeSweep(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (how: 'abortSweep' | 'resumeSweep') => request(how, { params: { id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.sweeps }),
  });
}

export function useExportCell(id: string) {
  return useMutation({
    mutationFn: (input: { cell: string; as: 'experiment' | 'playwright' }) =>
      request('exportSweep', { params: { id }, input }),
  });
}
