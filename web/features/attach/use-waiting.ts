'use client';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Answer } from '../../live/answers.ts';
import { serverNow } from '../../live/clock.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { useSettled } from '../../live/use-settled.ts';
import { useConnection, useLiveState, useLiveTimeline, useNow } from '../../live/use-window.ts';
import { agentOf, findings, heardServices } from './waiting.ts';

const ASK_EVERY_MS = 2_000;
/** The map is made anew so often: what is waited for is seen at once all the same. */
const SETTLE_MS = 500;

/** Where telemetry goes, and the counts of what came. */
export function useAttach() {
  return useQuery<Answer<'attach'>>({
    queryKey: keys.attach,
    queryFn: ({ signal }) => request('attach', { signal }),
    refetchInterval: ASK_EVERY_MS,
    staleTime: 0,
  });
}

/** Waits for the first span of a service from the moment the page is open. */
export function useWaiting(service: string, view: Answer<'attach'>) {
  const [since] = useState(() => serverNow.exact());
  // The counts of the first answer: what came before the page was open is no news.
  const [before] = useState(view);
  const now = useNow();
  const timeline = useSettled(useLiveTimeline(), SETTLE_MS);
  const agents = useLiveState()?.agents;
  const { status } = useConnection();
  return useMemo(() => {
    const known = agents ?? [];
    const host = window.location.hostname;
    const addresses = {
      otlpHttp: view.otlpHttp ?? `http://${host}:4318`,
      otlpGrpc: view.otlpGrpc ?? `http://${host}:4317`,
    };
    const waiting = { service, since, now, addresses, timeline, agents: known, before, current: view };
    return {
      ...{ since, now, addresses, status },
      heard: heardServices(timeline).get(service) ?? null,
      agent: agentOf(known, service),
      findings: findings(waiting),
    };
  }, [service, since, now, timeline, agents, before, view, status]);
}

export type WaitingView = ReturnType<typeof useWaiting>;
