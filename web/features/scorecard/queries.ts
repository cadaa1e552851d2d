'use client';
import type { Run } from '@stormglass/chaos/contract';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { runsToMeasure } from './model.ts';

/** So many of the newest ended runs make up MTTR and reach. */
export const RUNS_MEASURED = 10;

/** The newest measured runs, whole. `pending` until each of them was read. */
export function useMeasuredRuns(): { runs: Run[]; pending: boolean; error: unknown } {
  const list = useQuery<Answer<'runs'>>({
    queryKey: keys.runs,
    queryFn: ({ signal }) => request('runs', { signal }),
    refetchInterval: 10_000,
  });
  const chosen = runsToMeasure(list.data?.runs ?? [], RUNS_MEASURED);
  const whole = useQueries({
    queries: chosen.map((r) => ({
      queryKey: keys.run(r.id),
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<Run> =>
        request('run', { params: { id: r.id }, signal }),
      staleTime: 60_000,
    })),
  });
  return {
    runs: whole.flatMap((q) => (q.data ? [q.data] : [])),
    pending: list.isPending || whole.some((q) => q.isPending),
    error: list.error ?? whole.find((q) => q.error)?.error ?? null,
  };
}

/** Asked anew as the range moves on by so much. */
const MOVED_MS = 10_000;

interface Found<T> {
  found: T | null;
  pending: boolean;
  error: unknown;
}

/** What one question about [from, to], epoch ms, is answered; null until the first answer. */
function useAnswer<K extends 'interactions' | 'invariants' | 'changes'>(
  what: K,
  from: number,
  to: number,
): Found<Answer<K>> {
  const range = { from: Math.floor(from / MOVED_MS) * MOVED_MS, to: Math.floor(to / MOVED_MS) * MOVED_MS };
  const answer = useQuery<Answer<K>>({
    queryKey: keys[what](range.from, range.to),
    queryFn: ({ signal }) => request(what, { input: range, signal }),
    enabled: range.to > range.from,
    placeholderData: keepPreviousData,
  });
  return { found: answer.data ?? null, pending: answer.isPending, error: answer.error };
}

/** Who waits for whom. */
export const useInteractions = (from: number, to: number) => useAnswer('interactions', from, to);
export const useInvariants = (from: number, to: number) => useAnswer('invariants', from, to);
export const useChanges = (from: number, to: number) => useAnswer('changes', from, to);
