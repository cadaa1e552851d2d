'use client';
import type { SagaDetail, SagaFilter, SagaStartInput } from '@stormglass/agents/contract';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import type { SagaDecision } from '../../live/api.ts';
import { serverNow } from '../../live/clock.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

const TAIL_MS = 2_000;
const LIMIT = 200;
const ENDED = new Set(['confirmed', 'returned', 'compensated', 'rejected', 'failed']);

interface Range {
  from: number;
  to: number;
  live: boolean;
}

/** Sagas of the range as they were at its end; a live range is asked for anew every TAIL_MS under one key. */
export function useSagas({ from, to, live }: Range, conditions: Partial<SagaFilter>) {
  const length = to - from;
  const fixed = { ...conditions, limit: LIMIT };
  const span = live ? { from: -length, to: 0 } : { from, to };
  return useQuery<Answer<'sagas'>>({
    queryKey: keys.sagas({ ...fixed, ...span }),
    enabled: to > 0,
    queryFn: ({ signal }) => {
      const end = live ? Math.ceil(serverNow.exact()) : to;
      return request('sagas', { input: { ...fixed, from: live ? end - length : from, to: end }, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: live ? TAIL_MS : false,
  });
}

/** One saga with its journal; read again each second until it has ended. */
export function useSaga(id: string) {
  return useQuery<SagaDetail>({
    queryKey: keys.saga(id),
    queryFn: ({ signal }) => request('saga', { params: { id }, signal }),
    // A saga just triggered is journalled before its events have reached the store.
    retry: 5,
    retryDelay: 400,
    refetchInterval: ({ state: { data, status } }) => {
      // Asked again it would be pending once more, and the page would never say that there is no such saga.
      const isAbsent = data === undefined && status === 'error';
      return isAbsent || (data && ENDED.has(data.status)) ? false : 1_000;
    },
  });
}

/** What an order and its payments were after each of their events; read again while the saga goes on. */
export function usePast(orderId: string, ended: boolean) {
  return useQuery<Answer<'orderPast'>>({
    queryKey: keys.orderPast(orderId),
    queryFn: ({ signal }) => request('orderPast', { params: { id: orderId }, signal }),
    // An order may change after its saga: it can be returned.
    refetchInterval: ended ? 10_000 : 2_000,
  });
}

export function useTriggerSaga() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (input: SagaStartInput) => request('triggerSaga', { input: { ...input } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.allSagas }),
  });
}

export function useDecideSaga(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (input: SagaDecision) => request('decideSaga', { params: { id }, input }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.saga(id) }),
  });
}

export function useCancelSaga(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => request('cancelSaga', { params: { id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.saga(id) }),
  });
}
