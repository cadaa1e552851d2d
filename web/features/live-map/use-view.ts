'use client';
import { useMemo } from 'react';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import type { Grouping } from './model/clusters.ts';
import { readOpen, writeOpen } from './model/open-clusters.ts';
import type { MapStructure } from './model/structure.ts';
import { type MapView, viewOf } from './model/view.ts';

/** Which clusters there are and which of them are open; in the URL as `?group=` and `?open=`. */
export interface Clustering {
  view: MapView;
  open(id: string): void;
  close(id: string): void;
  openAll(): void;
  closeAll(): void;
  /** Clusters, or every service by itself. */
  group(on: boolean): void;
}

function groupingOf(text: string): Grouping {
  return text === 'on' || text === 'off' ? text : 'auto';
}

export function useView(structure: MapStructure): Clustering {
  const [group] = useUrlState('group', '');
  const [opened] = useUrlState('open', '');
  const view = useMemo(
    () => viewOf(structure, groupingOf(group), readOpen(opened)),
    [structure, group, opened],
  );
  return useMemo(() => {
    const write = (ids: Iterable<string>) => setUrlState({ open: writeOpen(new Set(ids), view.clusters) });
    return {
      view,
      open: (id) => write([...view.open, id]),
      close: (id) => write([...view.open].filter((one) => one !== id)),
      openAll: () => setUrlState({ open: 'all' }),
      closeAll: () => setUrlState({ open: null }),
      group: (on) => setUrlState({ group: on ? 'on' : 'off', open: null }),
    };
  }, [view]);
}
