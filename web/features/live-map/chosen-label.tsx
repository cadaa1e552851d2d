import { ViewportPortal } from '@xyflow/react';
import { EdgeLabel } from './edges/edge-label.tsx';
import styles from './map.module.css';
import type { FlowEdge } from './map-types.ts';

/** The words of the chosen edge, above nodes and tanks: below them they could not be read. */
export function ChosenLabel({ edges }: { edges: readonly FlowEdge[] }) {
  const chosen = edges.find(({ data }) => data?.chosen)?.data;
  if (!chosen) return null;
  return (
    <ViewportPortal>
      <svg className={styles.chosenLabel} width={1} height={1} aria-hidden="true">
        <EdgeLabel data={chosen} />
      </svg>
    </ViewportPortal>
  );
}
