'use client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { useUrlState } from '../../live/url-state.ts';
import { type Baseline, comparedRanges, GRID_MS, readBaseline, writeBaseline } from './model/baseline.ts';
import { type Changes, changesIn, changesOf, countWords } from './model/compare.ts';
import type { MapState } from './use-map.ts';

/** The map against a baseline; in the URL as `?base=`. */
export interface Compared {
  baseline: Baseline | null;
  set(baseline: Baseline | null): void;
  /** Epoch ms, of what is shown and of what it is compared with; null without a baseline. */
  ranges: ReturnType<typeof comparedRanges> | null;
  /** Of everything that is drawn and of what is in closed clusters; null until they are known. */
  changes: Changes | null;
  /** How it stands, in a few words; empty without a baseline. */
  words: string;
  error: Error | null;
}

const hasCalls = ({ edges, nodes }: Changes): boolean =>
  [...nodes.values(), ...edges.values()].some(({ base }) => base.calls > 0);

const isNear = (key: unknown, from: number): boolean =>
  typeof key === 'number' && Math.abs(key - from) <= GRID_MS;

function wordsOf(asked: boolean, error: Error | null, changes: Changes | null): string {
  if (!asked) return '';
  if (error) return 'cannot be compared';
  if (!changes) return 'comparing';
  return hasCalls(changes) ? countWords(changes) : 'no calls in the baseline';
}

export function useBaseline({ page, view }: MapState): Compared {
  const [text, setText] = useUrlState<string>('base', '');
  const baseline = useMemo(() => readBaseline(text), [text]);
  const ranges = baseline && !page.loading ? comparedRanges(page, baseline) : null;
  const { now = { from: 0, to: 0 }, base = { from: 0, to: 0 } } = ranges ?? {};
  const { data, error } = useQuery({
    queryKey: keys.mapDifference(now.from, now.to, base.from, base.to),
    queryFn: ({ signal }) =>
      request('map', { input: { ...now, baseFrom: base.from, baseTo: base.to }, signal }),
    enabled: ranges !== null,
    // While the page follows the clock the last answer stands until the next; that of another baseline does not.
    placeholderData: (before, query) => (isNear(query?.queryKey[3], base.from) ? before : undefined),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const all = useMemo(() => (data && baseline ? changesOf(data) : null), [data, baseline]);
  const changes = useMemo(() => all && changesIn(view, all), [view, all]);
  return {
    baseline,
    set: (next) => setText(writeBaseline(next)),
    ranges,
    changes,
    words: wordsOf(baseline !== null, error, all),
    error,
  };
}
