'use client';
import { useMemo } from 'react';
import { setUrlState, useUrlState } from '../../live/url-state.ts';

/** What the right panel is about; in the URL as `?node=` or `?edge=from>to`. */
export interface Selection {
  node: string;
  edge: string;
  chooseNode(id: string): void;
  chooseEdge(id: string): void;
  close(): void;
}

export function useSelection(): Selection {
  const [node] = useUrlState('node', '');
  const [edge] = useUrlState('edge', '');
  return useMemo(
    () => ({
      node: edge === '' ? node : '',
      edge,
      chooseNode: (id: string) => setUrlState({ node: id, edge: null }),
      chooseEdge: (id: string) => setUrlState({ edge: id, node: null }),
      close: () => setUrlState({ node: null, edge: null }),
    }),
    [node, edge],
  );
}
