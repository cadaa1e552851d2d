'use client';
import { useCallback, useRef, useState } from 'react';
import { durationText } from '../../ui/format.ts';
import { growMiniature, type MiniRun } from './scale-model.ts';
import type { SpanTree } from './tree.ts';
import { useSteps } from './use-steps.ts';
import styles from './waterfall.module.css';
import { type Zoom, zoomByKey } from './zoom.ts';

const LANES = 22;
const COLUMNS = 420;
const COLORS: Record<MiniRun['tone'], string> = {
  span: 'var(--ink3)',
  error: 'var(--failing)',
  fault: 'var(--fault)',
  message: 'var(--queue)',
};

interface Props {
  tree: SpanTree;
  zoom: Zoom | null;
  setZoom: (zoom: Zoom | null) => void;
}

function Picture({ tree }: { tree: SpanTree }) {
  const steps = useCallback(() => growMiniature(tree, LANES, COLUMNS), [tree]);
  const runs = useSteps(steps) ?? [];
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

function zoomWords(zoom: Zoom | null, total: number): string {
  const text = (ns: number) => durationText(ns / 1e6);
  if (!zoom) return `The whole ${text(total)}`;
  return `${text(zoom.from)} to ${text(zoom.to)} of ${text(total)}`;
}

/** A drag over the box, as two shares of its width. */
function useDrag(total: number, setZoom: (zoom: Zoom | null) => void) {
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
  return { box, drag, setDrag, share, finish };
}

/** The whole trace in true scale; a drag or the keys pick the part which is drawn large, a double click the whole. */
export function Minimap({ tree, zoom, setZoom }: Props) {
  const { total } = tree;
  const { box, drag, setDrag, share, finish } = useDrag(total, setZoom);
  const shown = drag
    ? { from: Math.min(drag.a, drag.b), to: Math.max(drag.a, drag.b) }
    : zoom && { from: zoom.from / total, to: zoom.to / total };
  return (
    <div
      ref={box}
      className={styles.mini}
      role="slider"
      tabIndex={0}
      aria-label="Part of the trace that is shown"
      aria-valuemin={0}
      aria-valuemax={Math.round(total / 1000)}
      aria-valuenow={Math.round((zoom ? (zoom.from + zoom.to) / 2 : total / 2) / 1000)}
      aria-valuetext={zoomWords(zoom, total)}
      title="Drag to zoom. Keys: arrows move and zoom, Home, End, Escape for the whole"
      onKeyDown={(e) => {
        if (e.altKey || e.ctrlKey || e.metaKey) return;
        const next = zoomByKey(e.key, zoom, total);
        if (next === undefined || (e.key === 'Escape' && !zoom)) return;
        e.preventDefault();
        setZoom(next);
      }}
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
        <Picture tree={tree} />
        {shown ? (
          <rect
            x={shown.from * COLUMNS}
            y={0}
            width={Math.max(1, (shown.to - shown.from) * COLUMNS)}
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
