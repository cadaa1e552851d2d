'use client';
import { useRef } from 'react';
import styles from '../map.module.css';
import type { MapProps } from '../use-flow.ts';
import { BaselineChoice } from './baseline-choice.tsx';
import { ClusterButtons } from './cluster-buttons.tsx';
import { FindField } from './find-field.tsx';
import { PathChoiceControl } from './path-choice.tsx';

/** What helps to see one thing on a large map: search, path, baseline, clusters. All of it stands in the URL. */
export function MapTools({ map, selection, sight, compared }: MapProps) {
  const field = useRef<HTMLInputElement>(null);
  const chosen = selection.node !== '' || selection.edge !== '';
  return (
    <div className={styles.tools}>
      <FindField sight={sight} chosen={selection.node} field={field} />
      {chosen ? <PathChoiceControl sight={sight} /> : null}
      <BaselineChoice compared={compared} page={map.page} />
      <ClusterButtons clustering={map.clustering} />
    </div>
  );
}
