'use client';
import type { Run } from '@stormglass/chaos/contract';
import { type QueryKey, skipToken, useQueries, useQuery } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { type GridRange, gridRange, MOVING_GRID_MS, standsIn } from '../../live/grid-range.ts';
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

interface Found<T> {
  found: T | null;
  pending: boolean;
  error: unknown;
}

/** The range in a key made by `keys[what]`. */
function askedIn(key: QueryKey | undefined): GridRange {
  return { from: Number(key?.[1] ?? 0), to: Number(key?.[2] ?? 0) };
}

/** What one question about [from, to], epoch ms, is answered; null until the first answer. */
function useAnswer<K extends 'interactions' | 'invariants' | 'changes'>(
  what: K,
  from: number,
  to: number,
): Found<Answer<K>> {
  const range = gridRange(from, to, MOVING_GRID_MS);
  const answer = useQuery<Answer<K>>({
    queryKey: keys[what](range?.from ?? 0, range?.to ?? 0),
    queryFn: range ? ({ signal }) => request(what, { input: { ...range }, signal }) : skipToken,
    placeholderData: (before, query) =>
      range && standsIn(askedIn(query?.queryKey), range, MOVING_GRID_MS) ? before : undefined,
  });
  return { found: answer.data ?? null, pending: answer.isPending, error: answer.error };
}

/** Who waits for whom. */
export const useInteractions = (from: number, to: number) => useAnswer('interactions', from, to);
export const useInvariants = (from: number, to: number) => useAnswer('invariants', from, to);
export const useChanges = (from: number, to: number) => useAnswer('changes', from, to);
