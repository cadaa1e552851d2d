'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useCallback, useState } from 'react';
import type { Answer } from '../../live/answers.ts';
import { request } from '../../live/request.ts';
import { withRange } from '../../live/time-range.ts';
import { useSearch } from '../../live/url-state.ts';
import type { Deed, Entry } from './palette-entries.ts';

type Call = Extract<Deed, { call: unknown }>;

/** Does what an entry of the palette says; what hurts only when it is asked for twice. */
export function useDeeds(close: () => void) {
  const router = useRouter();
  const search = useSearch();
  const cache = useQueryClient();
  /** The entry of which Enter was pressed once. */
  const [asked, setAsked] = useState('');
  const go = useCallback((href: string) => router.push(withRange(href, search)), [router, search]);
  const work = useMutation({
    mutationFn: async ({ deed }: { label: string; deed: Call }) => ({
      opens: deed.opens,
      answer: await request(deed.call, deed.options),
    }),
    onSuccess: ({ opens, answer }) => {
      if (opens === 'run') go(`/chaos/runs/${(answer as Answer<'startRun'>).id}`);
      if (opens === 'saga') go(`/sagas/${(answer as Answer<'triggerSaga'>).sagas[0]?.sagaId ?? ''}`);
    },
    onSettled: () => cache.invalidateQueries(),
  });
  const run = ({ id, label, deed, hurts }: Entry) => {
    if (hurts && asked !== id) {
      setAsked(id);
      return;
    }
    setAsked('');
    close();
    if ('go' in deed) go(deed.go);
    else if ('run' in deed) deed.run();
    else work.mutate({ label, deed });
  };
  return {
    asked,
    forget: () => setAsked(''),
    run,
    go,
    /** What became of the last order. */
    order: work.isIdle
      ? null
      : { label: work.variables?.label ?? '', error: work.error, done: work.isSuccess },
    dismiss: work.reset,
  };
}

export type Order = NonNullable<ReturnType<typeof useDeeds>['order']>;
