'use client';
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

const EVERY_MS = 3_000;

/** The auditor's wall of now. */
export function useWall() {
  return useQuery<Answer<'wall'>>({
    queryKey: keys.wall,
    queryFn: ({ signal }) => request('wall', { signal }),
    refetchInterval: EVERY_MS,
  });
}

/** The facts behind one invariant now; nothing is asked when `id` is empty. */
export function useEvidence(id: string) {
  return useQuery<Answer<'evidence'>>({
    queryKey: keys.evidence(id),
    queryFn: id === '' ? skipToken : ({ signal }) => request('evidence', { params: { id }, signal }),
    refetchInterval: EVERY_MS,
  });
}

/** What was told of violations between two instants; for a page that is rewound. */
export function useTold(from: number, at: number) {
  return useQuery<Answer<'invariants'>>({
    queryKey: keys.invariants(from, at),
    queryFn: ({ signal }) => request('invariants', { input: { from, to: at }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useAcknowledge(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => request('acknowledge', { params: { id }, input: { reason } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.wall }),
  });
}
