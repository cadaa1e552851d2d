'use client';
import { emptyTimeline, type Timeline } from '@stormglass/agents/contract';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { Answer } from './answers.ts';
import { serverNow, subscribeSeconds } from './clock.ts';
import { type GridRange, gridRange, MOVING_GRID_MS, standsIn } from './grid-range.ts';
import { joinTimelines } from './join-timelines.ts';
import { keys } from './keys.ts';
import type { LiveState } from './protocol.ts';
import { request } from './request.ts';
import { type Connection, NOT_CONNECTED } from './store.ts';
import { followClock, readRange, stepFor } from './time-range.ts';
import { setUrlState, useSearch } from './url-state.ts';
import { useReplayHead } from './use-replay.ts';

const EMPTY = emptyTimeline();
const NO_RANGE: GridRange = { from: 0, to: 0 };

export interface PageWindow {
  timeline: Timeline;
  /** Epoch ms, hub's clock. */
  from: number;
  to: number;
  /** The instant the page shows: replayed, rewound, end of a custom range, or now. */
  at: number;
  live: boolean;
  /** Seconds per traffic bucket. */
  step: number;
  loading: boolean;
  /** Its past is still on the way: what is there is the newest part, and no judgement of the whole. */
  partial: boolean;
  error: Error | null;
}

/** Hub's clock, epoch ms, in steps of a second. 0 during server rendering. */
export function useNow(): number {
  return useSyncExternalStore(subscribeSeconds, serverNow.second, () => 0);
}

function useLiveData<T>(key: readonly unknown[], fallback: T): T {
  const { data } = useQuery<T>({ queryKey: key, queryFn: skipToken });
  return data ?? fallback;
}

export function useConnection(): Connection {
  return useLiveData<Connection>(keys.live.connection, NOT_CONNECTED);
}

/** Agents, halt state, runs and store health; null before the first snapshot. */
export function useLiveState(): LiveState | null {
  return useLiveData<LiveState | null>(keys.live.state, null);
}

/** The last 15 minutes as the browser holds them. Most pages want `useWindow`. */
export function useLiveTimeline(): Timeline {
  return useLiveData<Timeline>(keys.live.timeline, EMPTY);
}

const faultsOf = (timeline: Timeline): Timeline['faults'] => timeline.faults;
const NO_FAULTS: Timeline['faults'] = [];

/** The faults of the live window; renders anew only when one of them changes. */
export function useLiveFaults(): Timeline['faults'] {
  const { data } = useQuery({
    queryKey: keys.live.timeline,
    queryFn: skipToken,
    select: faultsOf,
  });
  return data ?? NO_FAULTS;
}

function useHistory(from: number, to: number, moving: boolean, needed: boolean) {
  const grid = moving ? MOVING_GRID_MS : 1000;
  const range = needed ? gridRange(from, to, grid) : null;
  const { from: start, to: end } = range ?? NO_RANGE;
  const step = stepFor(start, end);
  return useQuery<Answer<'timeline'>>({
    queryKey: keys.timeline(start, end, step),
    queryFn: range ? ({ signal }) => request('timeline', { input: { ...range, step }, signal }) : skipToken,
    placeholderData: (before) =>
      before && standsIn(before, { from: start, to: end }, grid) ? before : undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  });
}

/** What the page shows: a range, an instant and the timeline that covers both. */
export function useWindow(): PageWindow {
  const now = useNow();
  const range = readRange(useSearch(), now);
  const liveTimeline = useLiveTimeline();
  const connection = useConnection();
  const covered = connection.from !== null && range.from >= connection.from - 1000;
  const young = connection.from !== null && range.live && range.name !== '60m';
  const needed = now > 0 && connection.from !== null && !covered && !young;
  // What lies ahead cannot be fetched yet: such a range grows with the clock.
  const history = useHistory(range.from, Math.min(range.to, now), range.to >= now, needed);
  const head = useReplayHead();
  const at = head ?? range.rewoundTo ?? range.to;
  return useMemo(() => {
    const base = { from: range.from, to: range.to, at, live: range.live };
    if (!needed) {
      const loading = connection.from === null;
      return { ...base, timeline: liveTimeline, step: 1, loading, partial: loading, error: null };
    }
    // The newest part of a longer range stays live; until its past has come, that part is all there is.
    const cut = connection.from ?? 0;
    const overlaps = range.to > cut;
    const past = history.data?.timeline ?? EMPTY;
    const step = history.data?.stepSeconds ?? 1;
    return {
      ...base,
      timeline: overlaps ? joinTimelines(past, liveTimeline, cut, step) : past,
      step,
      loading: history.isPending && !overlaps,
      partial: history.isPending,
      error: history.error,
    };
  }, [
    range.from,
    range.to,
    range.live,
    at,
    needed,
    liveTimeline,
    connection.from,
    history.data,
    history.isPending,
    history.error,
  ]);
}

export interface Instant {
  /** The rewound or replayed instant, epoch ms; null when the page shows the newest. */
  at: number | null;
  /** Shows the page as it was at an instant, and holds the range still. */
  rewind(at: number): void;
  /** Back to live. */
  back(): void;
}

export function useInstant(): Instant {
  const search = useSearch();
  const head = useReplayHead();
  const at = head ?? readRange(search, 0).rewoundTo;
  const rewind = useCallback((instant: number) => {
    const range = readRange(window.location.search, serverNow.exact());
    setUrlState({
      at: String(Math.round(instant)),
      from: String(Math.round(range.from)),
      to: String(Math.round(range.to)),
    });
  }, []);
  const back = useCallback(() => setUrlState(followClock()), []);
  return useMemo(() => ({ at, rewind, back }), [at, rewind, back]);
}
