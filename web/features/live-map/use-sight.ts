'use client';
import { useMemo } from 'react';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import { foundNodes, litByFind, nextFound } from './model/find.ts';
import { type Lit, litIn, type PathChoice, pathThrough } from './model/focus.ts';
import type { MapNode } from './model/structure.ts';
import type { MapState } from './use-map.ts';
import type { Selection } from './use-selection.ts';

/** What of the map is looked at; in the URL as `?find=` and `?path=`. */
export interface Sight {
  text: string;
  search(text: string): void;
  found: readonly MapNode[];
  /** Chooses the next of what was found, and opens the cluster it is in. */
  go(by: 1 | -1): void;
  path: PathChoice | null;
  follow(path: PathChoice | null): void;
  /** What is not dimmed; null: nothing is. */
  lit: Lit | null;
}

const PATHS: readonly string[] = ['callers', 'callees', 'both'] satisfies PathChoice[];
const isPath = (text: string): text is PathChoice => PATHS.includes(text);

export function useSight({ structure, view, clustering }: MapState, selection: Selection): Sight {
  const [text] = useUrlState<string>('find', '');
  const [way] = useUrlState<string>('path', '');
  const path = isPath(way) ? way : null;
  const { node, edge } = selection;
  const found = useMemo(() => foundNodes(structure, text), [structure, text]);
  const lit = useMemo(() => {
    if (text.trim() !== '') return litByFind(view, found);
    const through = path ? pathThrough(structure, { node, edge }, path) : null;
    return through && litIn(view, through);
  }, [text, found, path, structure, view, node, edge]);
  const go = (by: 1 | -1) => {
    const next = nextFound(found, node, by);
    if (!next) return;
    const within = view.standIn(next.id);
    if (within !== next.id) clustering.open(within);
    selection.chooseNode(next.id);
  };
  return {
    text,
    search: (find) => setUrlState({ find: find === '' ? null : find }),
    found,
    go,
    path,
    follow: (next) => setUrlState({ path: next }),
    lit,
  };
}
