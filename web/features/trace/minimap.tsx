'use client';
import { useMemo, useRef, useState } from 'react';
import type { Row } from './rows.ts';
import { type MiniRun, miniature } from './scale-model.ts';
import styles from './waterfall.module.css';

const LANES = 22;
const COLUMNS = 420;
const COLORS: Record<MiniRun['tone'], string> = {
  span: 'var(--ink3)',
  error: 'var(--failing)',
  fault: 'var(--fault)',
  message: 'var(--queue)',
};

export interface Zoom {
  /** Nanoseconds of the trace. */
  from: number;
  to: number;
}

interface Props {
  rows: readonly Row[];
  total: number;
  zoom: Zoom | null;
  setZoom: (zoom: Zoom | null) => void;
}

function Picture({ rows, total }: { rows: readonly Row[]; total: number }) {
  const runs = useMemo(() => miniature(rows, total, LANES, COLUMNS), [rows, total]);
  const paths = new Map<MiniRun['tone'], string>();
  for (const r of runs) {
    const d = `M${r.from} ${r.lane + 0.15}H${r.to}v.7H${r.from}z`;
    paths.set(r.tone, (paths.get(r.tone) ?? '') + d);
  }
  return (
    <>
      {[...paths].map(([tone, d]) => (
        <path key={tone} d={d} fill={COLORS[tone]} opacity={tone === 'span' ? 0.75 : 1} />
      ))}
    </>
  );
}

/** The whole trace in true scale; a drag picks the part which is drawn large, a double click the whole again. */
export function Minimap({ rows, total, zoom, setZoom }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ a: number; b: number } | null>(null);
  const share = (clientX: number) => {
    const rect = box.current?.getBoundingClientRect();
    return rect ? Math.min(1, Math.max(0, (clientX - rect.left) / rect.width)) : 0;
  };
  const finish = () => {
    if (drag && Math.abs(drag.a - drag.b) > 0.005) {
      setZoom({ from: Math.min(drag.a, drag.b) * total, to: Math.max(drag.a, drag.b) * total });
    }
    setDrag(null);
  };
  const shown = drag
    ? { from: Math.min(drag.a, drag.b), to: Math.max(drag.a, drag.b) }
    : zoom && { from: zoom.from / total, to: zoom.to / total };
  return (
    <div
      ref={box}
      className={styles.mini}
      role="img"
      aria-label="Whole trace in true scale; drag to zoom"
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
        setDrag({ a: share(e.clientX), b: share(e.clientX) });
      }}
      onPointerMove={(e) => {
        if (drag) setDrag({ a: drag.a, b: share(e.clientX) });
      }}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={() => setZoom(null)}
    >
      <svg viewBox={`0 0 ${COLUMNS} ${LANES}`} preserveAspectRatio="none" aria-hidden="true">
        <Picture rows={rows} total={total} />
        {shown ? (
          <rect
            x={shown.from * COLUMNS}
            y={0}
            width={(shown.to - shown.from) * COLUMNS}
            height={LANES}
            fill="var(--ink1)"
            fillOpacity={0.1}
            stroke="var(--ink2)"
            vectorEffect="non-scaling-stroke"
          />
        ) : null}
      </svg>
    </div>
  );
}
