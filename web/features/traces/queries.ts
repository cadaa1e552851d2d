'use client';
import type { TraceSummary } from '@stormglass/agents/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { serverNow } from '../../live/clock.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import type { TraceConditions } from './query.ts';

/** How often a list that follows live is fetched again, ms. */
const TAIL_MS = 2_000;

interface Range {
  from: number;
  to: number;
  live: boolean;
}

/**
 * Traces of the range. A live range has one key whatever the time is (its length stands in it), and asks for the
 * newest at each fetch, so that the cache does not fill with seconds.
 */
export function useTraces(conditions: TraceConditions | null, range: Range) {
  const length = range.to - range.from;
  const span = range.live ? { from: -length, to: 0 } : { from: range.from, to: range.to };
  return useQuery<{ traces: TraceSummary[]; truncated: boolean }>({
    queryKey: keys.traces({ ...conditions, ...span }),
    enabled: conditions !== null && range.to > 0,
    queryFn: ({ signal }) => {
      const to = range.live ? Math.ceil(serverNow.exact()) : range.to;
      const search = { ...conditions, from: range.live ? to - length : range.from, to };
      return request('traces', { input: { q: JSON.stringify(search) }, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: range.live ? TAIL_MS : false,
  });
}
