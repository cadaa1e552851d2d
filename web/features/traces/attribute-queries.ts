'use client';
import type { Completion, CompletionSearch } from '@stormglass/agents/contract';
import { useQueries, useQuery } from '@tanstack/react-query';
import { serverNow } from '../../live/clock.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { useSettled } from '../../live/use-settled.ts';
import { type Ask, attributeAsked } from './completion.ts';

/** Where the page looks; a live range is asked for up to now. */
export interface AskedRange {
  from: number;
  to: number;
  live: boolean;
}
type Search = Pick<CompletionSearch, 'scope'> & Partial<CompletionSearch>;

/** Counting reads spans: what was counted is good for so long, ms. */
const FRESH_MS = 30_000;
const MOST_KEYS = 500;
const MOST_VALUES = 50;

function countsQuery(search: Search, range: AskedRange, enabled: boolean) {
  const length = range.to - range.from;
  const span = range.live ? { from: -length, to: 0 } : { from: range.from, to: range.to };
  return {
    queryKey: keys.attributes({ ...search, ...span }),
    enabled: enabled && range.to > 0,
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<Completion> => {
      const to = range.live ? Math.ceil(serverNow.exact()) : range.to;
      return request('attributes', { input: { ...search, from: to - length, to }, signal });
    },
    staleTime: FRESH_MS,
  };
}

/** Keys of attributes, or values of one, with their counts. */
export function useCounts(search: Search, range: AskedRange) {
  return useQuery<Completion>({
    ...countsQuery(search, range, true),
    refetchInterval: range.live ? FRESH_MS : false,
  });
}

/** The same text on a span and on its resource is one line. */
export function together(answers: readonly (Completion | undefined)[]): Completion['entries'] {
  const byText = new Map<string, Completion['entries'][number]>();
  for (const entry of answers.flatMap((answer) => answer?.entries ?? [])) {
    const before = byText.get(entry.text);
    byText.set(entry.text, before ? { ...before, count: Math.max(before.count, entry.count) } : entry);
  }
  return [...byText.values()].sort((a, b) => b.count - a.count);
}

/** What the store knows for the word at the caret, while the list of completions is open. */
export function useStored(ask: Ask, range: AskedRange, open: boolean): Completion['entries'] {
  const wanted = attributeAsked(ask);
  const text = useSettled(wanted?.typed ?? '', 250);
  const search: Partial<CompletionSearch> = wanted
    ? { key: wanted.key, text, limit: MOST_VALUES }
    : { limit: MOST_KEYS };
  const enabled = open && (wanted !== null || ask.kind === 'key');
  return useQueries({
    queries: (['span', 'resource'] as const).map((scope) =>
      countsQuery({ ...search, scope }, range, enabled),
    ),
    combine: (results) => together(results.map((result) => result.data)),
  });
}
