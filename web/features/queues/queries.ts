'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '../../live/answers.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';

export type QueueAction = 'pause' | 'resume' | 'redrive' | 'purge';

/** Queues with the actions a connected agent offers. */
export function useQueueRows() {
  return useQuery<Answer<'queues'>>({
    queryKey: keys.queues,
    queryFn: ({ signal }) => request('queues', { signal }),
    refetchInterval: 10_000,
  });
}

/** The newest `limit` dead letters of one queue; fetched again when their number changes. */
export function useDeadLetters(queue: string, dead: number, limit: number) {
  return useQuery<Answer<'deadLetters'>>({
    queryKey: [...keys.deadLetters(queue), dead, limit],
    queryFn: ({ signal }) => request('deadLetters', { params: { queue }, input: { limit }, signal }),
    enabled: queue !== '',
    placeholderData: (before) => before,
  });
}

interface ActionInput {
  action: QueueAction;
  /** The queue's name, for purge. */
  confirm?: string;
  /** Most letters to redrive; all without it. */
  limit?: number;
  /** The letters to redrive. */
  ids?: string[];
}

/** Who consumes the queue, asked anew each time somebody looks. */
export function useQueueConsumers(queue: string) {
  return useQuery<Answer<'queueConsumers'>>({
    queryKey: keys.queueConsumers(queue),
    queryFn: ({ signal }) => request('queueConsumers', { params: { queue }, signal }),
    gcTime: 0,
  });
}

export function useScaleQueue(queue: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (concurrency: number) => request('scaleQueue', { params: { queue }, input: { concurrency } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.queueConsumers(queue) }),
  });
}

export type QueueActing = ReturnType<typeof useQueueAction>;

export function useQueueAction(queue: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ action, ...input }: ActionInput) =>
      request('queueAction', { params: { queue, action }, input }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.queues }),
  });
}
