'use client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Answer } from '../../live/answers.ts';
import { armedAt, breakerId, breakersAt } from '../../live/figures.ts';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { useSettled } from '../../live/use-settled.ts';
import { useLiveState, useLiveTimeline, useNow } from '../../live/use-window.ts';
import {
  breakerEntries,
  type EntryGroup,
  experimentEntries,
  placeEntries,
  queueEntries,
  runEntries,
  sagaEntries,
  serviceEntries,
  underWay,
} from './palette-entries.ts';

const SETTLE_MS = 2_000;
const NONE: never[] = [];

/** What only the server knows; asked while the palette is open. */
function useAsked(opened: boolean) {
  const experiments = useQuery<Answer<'experiments'>>({
    queryKey: keys.experiments,
    queryFn: ({ signal }) => request('experiments', { signal }),
    staleTime: 60_000,
    enabled: opened,
  });
  const queues = useQuery<Answer<'queues'>>({
    queryKey: keys.queues,
    queryFn: ({ signal }) => request('queues', { signal }),
    enabled: opened,
  });
  const breakers = useQuery<Answer<'breakers'>>({
    queryKey: keys.breakers,
    queryFn: ({ signal }) => request('breakers', { signal }),
    enabled: opened,
  });
  return {
    experiments: experiments.data?.experiments ?? NONE,
    queues: queues.data?.queues ?? NONE,
    breakers: breakers.data?.breakers ?? NONE,
  };
}

/** Everything that has a name, by kind; what is under way comes first. */
export function useEntryGroups(opened: boolean): EntryGroup[] {
  const timeline = useSettled(useLiveTimeline(), SETTLE_MS);
  const live = useLiveState();
  const now = useNow();
  const { experiments, queues, breakers } = useAsked(opened);
  return useMemo(() => {
    if (!opened) return [];
    const runs = live?.runs ?? [];
    const services = new Set(live?.agents.map((agent) => agent.service));
    for (const cell of timeline.traffic) services.add(cell.service);
    const forceable = new Set(breakers.filter((row) => row.forceable).map(breakerId));
    return [
      { group: 'Under way', entries: underWay(armedAt(timeline.faults, now), runs, now), always: true },
      { group: 'Go to', entries: placeEntries(), always: true },
      { group: 'Services', entries: serviceEntries([...services].sort()) },
      { group: 'Queues', entries: queueEntries(queues) },
      { group: 'Breakers', entries: breakerEntries([...breakersAt(timeline, now).values()], forceable) },
      { group: 'Experiments', entries: experimentEntries(experiments) },
      { group: 'Runs', entries: runEntries(runs) },
      { group: 'Sagas', entries: sagaEntries(timeline.sagas) },
    ];
  }, [opened, timeline, live, now, experiments, queues, breakers]);
}
