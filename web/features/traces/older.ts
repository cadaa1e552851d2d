'use client';
import type { TraceSearch, TraceSummary } from '@stormglass/agents/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import type { TraceConditions } from './query.ts';
import type { Listed } from './tail.ts';

/** A list grows to so many; beyond that a search helps more than scrolling. */
export const MOST_LISTED = 10_000;

type Page = Answer<'traces'>;
type Order = TraceConditions['order'];

/** What a search needs besides, so that it goes on where the list ends. That end itself is found again. */
export function after(order: Order, last: TraceSummary): Partial<TraceSearch> {
  return order === 'slowest' ? { maxDurationMs: last.durationMs } : { to: last.startMs + 1 };
}

/** Where the page after this one begins; null at the end, and where so many stand at one place that none is next. */
export function nextOf(order: Order, page: Page, from: TraceSummary): TraceSummary | null {
  const last = page.traces.at(-1);
  if (!page.truncated || !last) return null;
  const moved = order === 'slowest' ? last.durationMs < from.durationMs : last.startMs < from.startMs;
  return moved ? last : null;
}

/** Each trace once, in the order of the pages. */
export function joined(pages: readonly (readonly TraceSummary[])[]): TraceSummary[] {
  return [...new Map(pages.flat().map((trace) => [trace.traceId, trace])).values()];
}

export interface Older {
  /** The list with all that was loaded besides. */
  traces: readonly TraceSummary[];
  /** The store has more. */
  more: boolean;
  loading: boolean;
  error: Error | null;
  load: () => void;
}

/** Goes on where a list ends, a page at a time. The list has to stand still meanwhile: `asked` says that it does. */
export function useOlder(
  conditions: TraceConditions | null,
  listed: Listed | null,
  asked: boolean,
  ask: () => void,
): Older {
  const last = listed?.traces.at(-1);
  const range = { from: listed?.from ?? 0, to: listed?.to ?? 0 };
  const order = conditions?.order ?? 'newest';
  // While nobody asks the list moves on; its end would be another key each second.
  const key: Partial<TraceSearch> = asked ? { ...conditions, ...range } : {};
  const query = useInfiniteQuery({
    queryKey: keys.olderTraces(key, asked ? (last?.traceId ?? '') : ''),
    enabled: asked && last !== undefined && listed?.truncated === true,
    initialPageParam: last,
    queryFn: ({ pageParam, signal }): Promise<Page> => {
      const search = { ...conditions, ...range, ...(pageParam ? after(order, pageParam) : {}) };
      return request('traces', { input: { q: JSON.stringify(search) }, signal });
    },
    getNextPageParam: (page, _pages, from) => (from ? nextOf(order, page, from) : null),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  });
  const pages = asked ? (query.data?.pages ?? []) : [];
  const first = listed?.traces ?? [];
  const traces = pages.length === 0 ? first : joined([first, ...pages.map((page) => page.traces)]);
  const open = pages.length === 0 ? listed?.truncated === true : query.hasNextPage;
  return {
    traces,
    more: open && traces.length < MOST_LISTED,
    loading: asked && query.isFetching,
    error: asked ? query.error : null,
    load: () => {
      if (!asked) ask();
      else if (query.isError && pages.length === 0) query.refetch();
      else if (!query.isFetching && query.hasNextPage) query.fetchNextPage();
    },
  };
}
