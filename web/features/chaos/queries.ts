'use client';
import { emptyTimeline, type Timeline } from '@stormglass/agents/contract';
import type { Run } from '@stormglass/chaos/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Answer } from '../../live/answers.ts';
import { serverNow } from '../../live/clock.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { stepFor } from '../../live/time-range.ts';
import { useConnection, useLiveState, useLiveTimeline } from '../../live/use-window.ts';

/** One run: pushed while it is in progress, fetched as a report ever after. */
export function useRun(id: string) {
  const active = useLiveState()?.activeRuns.find((r) => r.id === id);
  const query = useQuery<Run>({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => request('run', { params: { id }, signal }),
    refetchInterval: (q) => (q.state.data && q.state.data.endedAt === null ? 1_000 : false),
  });
  return active ? { ...query, data: active, error: null } : query;
}

/** Telemetry of the last seconds may still be on its way to the store, milliseconds. */
const LATE_MS = 5_000;

/** The timeline of a run's range: the live one while it runs, the stored one when it has ended. */
export function useRunTimeline(run: Run): { timeline: Timeline; pending: boolean; error: unknown } {
  const live = useLiveTimeline();
  const connection = useConnection();
  const ended = run.endedAt !== null;
  const from = Math.floor(run.startedAt / 1000) * 1000 - 5_000;
  const to = Math.ceil((run.endedAt ?? run.startedAt) / 1000) * 1000 + 15_000;
  const step = stepFor(from, to);
  const query = useQuery<Answer<'timeline'>>({
    queryKey: keys.timeline(from, to, step),
    enabled: ended,
    queryFn: ({ signal }) => request('timeline', { input: { from, to, step }, signal }),
    structuralSharing: false,
    staleTime: 30_000,
    // Read again until nothing of the range can be missing any more.
    refetchInterval: () => (serverNow.exact() < to + LATE_MS ? LATE_MS : false),
  });
  const empty = useMemo(emptyTimeline, []);
  const covered = connection.from !== null && connection.from <= run.startedAt;
  if (!ended || (covered && !query.data)) return { timeline: live, pending: false, error: null };
  return { timeline: query.data?.timeline ?? empty, pending: query.isPending, error: query.error };
}

export function useAbortRun(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => request('abortRun', { params: { id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.run(id) }),
  });
}

export function useReleaseFault() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request('releaseFault', { params: { id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.faults }),
  });
}

export function useAudit() {
  return useQuery<Answer<'audit'>>({
    queryKey: keys.audit,
    queryFn: ({ signal }) => request('audit', { signal }),
    refetchInterval: 5_000,
  });
}
