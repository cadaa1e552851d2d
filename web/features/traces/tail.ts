'use client';
import type { TraceSummary } from '@stormglass/agents/contract';
import { useState } from 'react';

/** A list of traces as one answer gave it, and the range it is of. */
export interface Listed {
  traces: readonly TraceSummary[];
  truncated: boolean;
  from: number;
  to: number;
}

/** How many of the newest answer began within or after what the list shows, and are not in it. */
export function newSince(
  shown: readonly TraceSummary[],
  newest: readonly TraceSummary[],
  order: 'newest' | 'slowest',
): number {
  const known = new Set(shown.map((t) => t.traceId));
  const starts = shown.map((t) => t.startMs);
  // Of the slowest, older ones move up when others leave the range: those are not new.
  const pick = order === 'slowest' ? Math.max : Math.min;
  const since = starts.reduce((a, b) => pick(a, b), starts[0] ?? 0);
  return newest.filter((t) => !known.has(t.traceId) && t.startMs >= since).length;
}

interface Answered {
  data: { traces: TraceSummary[]; truncated: boolean } | undefined;
  /** It answers the search before this one. */
  isPlaceholderData: boolean;
}

interface Tail {
  /** Null until the first answer. */
  listed: Listed | null;
  /** The list stands still while others come. */
  held: boolean;
  /** How many came since. */
  fresh: number;
}

/** The list that follows live, or stands as it was when `hold` began; another search is shown in any case. */
export function useTail(
  query: Answered,
  range: { from: number; to: number; live: boolean },
  search: string,
  order: 'newest' | 'slowest',
  hold: boolean,
): Tail {
  const [kept, setKept] = useState<{ search: string; listed: Listed } | null>(null);
  const { data, isPlaceholderData } = query;
  const now = data ? { ...data, from: range.from, to: range.to } : null;
  const wanted = hold && range.live;
  if (wanted && now && !isPlaceholderData && kept?.search !== search) setKept({ search, listed: now });
  if (!wanted && kept) setKept(null);
  if (!wanted || !kept) return { listed: now, held: false, fresh: 0 };
  const fresh = isPlaceholderData ? 0 : newSince(kept.listed.traces, data?.traces ?? [], order);
  return { listed: kept.listed, held: true, fresh };
}
