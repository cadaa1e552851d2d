import { useReactFlow } from '@xyflow/react';
import { Button } from '../../ui/button.tsx';
import styles from './map.module.css';
import type { Canvas } from './model/layout.ts';

/** Zoom, the whole map, and places as they were computed. */
export function ViewButtons({ canvas, undo }: { canvas: Canvas; undo: (() => void) | null }) {
  const flow = useReactFlow();
  return (
    <div className={styles.viewButtons}>
      <Button size="sm" aria-label="Zoom out" onClick={() => flow.zoomOut()}>
        −
      </Button>
      <Button size="sm" aria-label="Zoom in" onClick={() => flow.zoomIn()}>
        +
      </Button>
      <Button size="sm" onClick={() => flow.fitBounds({ x: 0, y: 0, ...canvas }, { padding: 0.005 })}>
        Whole map
      </Button>
      {undo ? (
        <Button size="sm" onClick={undo}>
          Undo moves
        </Button>
      ) : null}
    </div>
  );
}
