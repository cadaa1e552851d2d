'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Answer } from '../../live/answers.ts';
import { serverNow } from '../../live/clock.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { type Names, namesOf } from './names.ts';
import type { Origin } from './origin.ts';

const SEEN_MS = 900_000;
/** What is there changes slowly; a dry run is about this moment. */
const NAMES_STALE_MS = 60_000;
const AGAIN_MS = 5_000;

export function useSchema() {
  return useQuery<Answer<'experimentSchema'>>({
    queryKey: keys.experimentSchema,
    queryFn: ({ signal }) => request('experimentSchema', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The text of the file that is copied. */
export function useSource(origin: Origin) {
  const id = origin.kind === 'file' ? origin.id : '';
  return useQuery<Answer<'experimentSource'>>({
    queryKey: keys.experimentSource(id),
    enabled: id !== '',
    queryFn: ({ signal }) => request('experimentSource', { params: { id }, signal }),
    // Typed over otherwise.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The run whose experiment is copied. */
export function useRunOf(origin: Origin) {
  const id = origin.kind === 'run' ? origin.id : '';
  return useQuery<Answer<'run'>>({
    queryKey: keys.run(id),
    enabled: id !== '',
    queryFn: ({ signal }) => request('run', { params: { id }, signal }),
  });
}

/** What is wrong with a text. The answer for another text stays until the one for this is there. */
export function useCheck(text: string) {
  return useQuery<Answer<'checkDraft'> & { text: string }>({
    queryKey: keys.draftCheck(text),
    queryFn: async ({ signal }) => ({ ...(await request('checkDraft', { input: { text }, signal })), text }),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
    // The dashboard may be back.
    refetchInterval: ({ state }) => (state.status === 'error' ? AGAIN_MS : false),
  });
}

/** What a text without mistakes would do now; asked again while it is shown. */
export function useDryRun(text: string, valid: boolean) {
  return useQuery<Answer<'dryRunDraft'>>({
    queryKey: keys.dryRun(text),
    enabled: valid,
    queryFn: ({ signal }) => request('dryRunDraft', { input: { text }, signal }),
    placeholderData: (before) => before,
    refetchInterval: AGAIN_MS,
    gcTime: 10_000,
  });
}

export interface DraftWish {
  text: string;
  unprotected: boolean;
  seed: number;
}

export function useRunDraft() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (wish: DraftWish) => request('runDraft', { input: { ...wish } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.runs }),
  });
}

/** What is really there, for completion. Without an answer nothing is offered. */
export function useNames(): Names {
  const seen = useQuery({
    queryKey: keys.draftNames,
    staleTime: NAMES_STALE_MS,
    queryFn: async ({ signal }) => {
      const to = serverNow.exact();
      const input = { from: to - SEEN_MS, to };
      const [services, queues, invariants, protections] = await Promise.all([
        request('services', { input, signal }),
        request('queues', { signal }),
        request('invariants', { input, signal }),
        request('protections', { signal }),
      ]);
      return { ...services, ...queues, invariants: invariants.checked, ...protections };
    },
  });
  return useMemo(
    () => namesOf(seen.data ?? { services: [], queues: [], invariants: [], protections: [] }),
    [seen.data],
  );
}
