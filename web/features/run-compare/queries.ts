'use client';
import type { ComparedPart, Comparison } from '@stormglass/chaos/contract';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

/** Both runs on every edge and operation. A run that has ended does not change any more. */
export function useComparison(a: string, b: string, part: ComparedPart) {
  return useQuery<Comparison>({
    queryKey: keys.comparedRuns(a, b, part),
    queryFn: ({ signal }) => request('compareRuns', { params: { id: a }, input: { with: b, part }, signal }),
    staleTime: 60_000,
  });
}
