import { ViewportPortal } from '@xyflow/react';
import { Button } from '../../ui/button.tsx';
import { CrossIcon } from '../../ui/icons.tsx';
import styles from './map.module.css';
import type { Frame } from './model/frames.ts';

interface Props {
  frames: readonly Frame[];
  close: (id: string) => void;
}

/** Open clusters: a line round their members, their name, and a way to close them. */
export function FramesLayer({ frames, close }: Props) {
  return (
    <ViewportPortal>
      {frames.map(({ cluster: { id, name, members }, box: { left, top, right, bottom } }) => (
        <div
          key={id}
          className={styles.frame}
          data-frame={id}
          style={{ left, top, width: right - left, height: bottom - top }}
        >
          <b>{name}</b>
          <span className="cap ink3">{members.length} inside</span>
          <Button size="sm" variant="quiet" aria-label={`Close ${name}`} onClick={() => close(id)}>
            <CrossIcon />
          </Button>
        </div>
      ))}
    </ViewportPortal>
  );
}
