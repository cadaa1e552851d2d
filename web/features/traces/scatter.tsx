'use client';
import type { TraceSummary } from '@stormglass/agents/contract';
import { type KeyboardEvent, memo, type PointerEvent, useMemo, useState } from 'react';
import { clock, durationText } from '../../ui/format.ts';
import { useWidth } from '../../ui/use-width.ts';
import { type Brush, brushBetween, brushBox, type Extent, nudged } from './brush.ts';
import { dotsOf, latencyScale, type ScatterPoint, scatterOf } from './list-model.ts';
import styles from './search.module.css';

export const SCATTER = { height: 128, top: 10, bottom: 20 } as const;
const LEFT = 58;
const RIGHT = 16;
const INNER = SCATTER.height - SCATTER.top - SCATTER.bottom;
/** A press that moves less than this is a click, px. */
const DRAG_PX = 4;

function describe(t: TraceSummary): string {
  const failed = t.errorCount > 0 ? `, ${t.errorCount} failed` : '';
  const touched = t.faultIds.length > 0 ? `, fault ${t.faultIds.join(', ')}` : '';
  return `${clock(t.startMs)} ${t.rootService} ${t.rootName}, ${durationText(t.durationMs)}${failed}${touched}`;
}

interface MarkProps {
  point: ScatterPoint;
  x: number;
  y: number;
  open: (id: string) => void;
}

function Mark({ point, x, y, open }: MarkProps) {
  const { trace } = point;
  const failed = trace.errorCount > 0;
  const color = failed ? 'var(--failing)' : trace.faultIds.length > 0 ? 'var(--fault)' : 'var(--ink2)';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the same traces are links in the list below, for the keyboard
    <g className={styles.dot} transform={`translate(${x} ${y})`} onClick={() => open(trace.traceId)}>
      <title>{describe(trace)}</title>
      <circle r={7} fill="transparent" />
      {failed ? (
        <path d="M-3-3 3 3M3-3-3 3" stroke={color} strokeWidth={1.5} strokeLinecap="round" />
      ) : (
        <circle r={2.3} fill={color} fillOpacity={trace.faultIds.length > 0 ? 1 : 0.7} />
      )}
    </g>
  );
}

interface DotsProps {
  points: readonly ScatterPoint[];
  inner: number;
  open: (id: string) => void;
}

/** Not drawn anew while a selection is dragged over them. */
const Dots = memo(function Dots({ points, inner, open }: DotsProps) {
  return dotsOf(points, inner, INNER).map((p) => (
    <Mark key={p.trace.traceId} point={p} x={LEFT + p.x * inner} y={SCATTER.top + p.y * INNER} open={open} />
  ));
});

interface Axes {
  from: number;
  to: number;
  width: number;
  ticks: { ms: number; y: number }[];
}

function Grid({ from, to, width, ticks }: Axes) {
  const times = [0, 0.25, 0.5, 0.75, 1].filter((_, i) => width > 600 || i % 2 === 0);
  return (
    <>
      {ticks.map((t) => (
        <g key={t.ms}>
          <path d={`M${LEFT} ${SCATTER.top + t.y * INNER}H${width - RIGHT}`} stroke="var(--line1)" />
          <text
            x={LEFT - 8}
            y={SCATTER.top + t.y * INNER + 3.5}
            textAnchor="end"
            fontSize={10.5}
            fill="var(--ink3)"
          >
            {durationText(t.ms)}
          </text>
        </g>
      ))}
      {times.map((t) => (
        <text
          key={t}
          x={LEFT + t * Math.max(10, width - LEFT - RIGHT)}
          y={SCATTER.height - 5}
          textAnchor={t === 0 ? 'start' : t === 1 ? 'end' : 'middle'}
          fontSize={10.5}
          fill="var(--ink3)"
        >
          {clock(from + (to - from) * t)}
        </text>
      ))}
    </>
  );
}

function BrushMark({ extent, brush, inner }: { extent: Extent; brush: Brush; inner: number }) {
  const { x, y, w, h } = brushBox(extent, brush);
  return (
    <rect
      className={styles.brush}
      x={LEFT + x * inner}
      y={SCATTER.top + y * INNER}
      width={Math.max(1, w * inner)}
      height={Math.max(1, h * INNER)}
    />
  );
}

type Spot = { x: number; y: number };

/** A drag across the scatter, in shares of its axes; `moved` tells it from a click on a dot. */
function useDrag(extent: Extent, inner: number, setBrush: (brush: Brush | null) => void) {
  const [drag, setDrag] = useState<{ start: Spot; end: Spot; moved: boolean } | null>(null);
  const spot = (e: PointerEvent<SVGSVGElement>): Spot => {
    const box = e.currentTarget.getBoundingClientRect();
    return { x: (e.clientX - box.left - LEFT) / inner, y: (e.clientY - box.top - SCATTER.top) / INNER };
  };
  const far = (a: Spot, b: Spot) => Math.hypot((a.x - b.x) * inner, (a.y - b.y) * INNER) > DRAG_PX;
  return {
    drawn: drag?.moved ? brushBetween(extent, drag.start, drag.end) : null,
    handlers: {
      onPointerDown: (e: PointerEvent<SVGSVGElement>) => {
        // A finger scrolls the page; it has the list.
        if (e.button !== 0 || e.pointerType === 'touch') return;
        const start = spot(e);
        setDrag({ start, end: start, moved: false });
      },
      onPointerMove: (e: PointerEvent<SVGSVGElement>) => {
        if (!drag) return;
        const end = spot(e);
        const moved = drag.moved || far(drag.start, end);
        if (moved && !drag.moved) e.currentTarget.setPointerCapture(e.pointerId);
        setDrag({ ...drag, end, moved });
      },
      onPointerUp: () => {
        if (drag?.moved) setBrush(brushBetween(extent, drag.start, drag.end));
        setDrag(null);
      },
      onPointerCancel: () => setDrag(null),
    },
  };
}

interface Props {
  traces: readonly TraceSummary[];
  from: number;
  to: number;
  brush: Brush | null;
  setBrush: (brush: Brush | null) => void;
  /** Searches in the selection. */
  zoom: () => void;
  open: (id: string) => void;
}

/**
 * Latency over time: a dot a trace, a cross when it failed, in the colour of a fault when one touched it. A drag or the arrow
 * keys select a part of it.
 */
export function LatencyScatter({ traces, from, to, brush, setBrush, zoom, open }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(900);
  const { points, ticks } = useMemo(() => scatterOf(traces, from, to), [traces, from, to]);
  const extent = useMemo(() => ({ from, to, ...latencyScale(traces) }), [traces, from, to]);
  const inner = Math.max(10, width - LEFT - RIGHT);
  const { drawn, handlers } = useDrag(extent, inner, setBrush);
  const shown = drawn ?? brush;
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const next = nudged(extent, brush, e.key, e.shiftKey);
    if (next) setBrush(next);
    else if (e.key === 'Escape' && brush) setBrush(null);
    else if (e.key === 'Enter' && brush) zoom();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box
    <div
      ref={ref}
      className={styles.scatter}
      role="group"
      aria-label="Latency over time. Arrow keys select a part, with shift they resize it, Enter searches in it, Escape lets it go."
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard selects here as the pointer does
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <svg
        width={width}
        height={SCATTER.height}
        role="img"
        aria-label={`Latency of ${traces.length} traces over time`}
        {...handlers}
      >
        <Grid from={from} to={to} width={width} ticks={ticks} />
        <Dots points={points} inner={inner} open={open} />
        {shown ? <BrushMark extent={extent} brush={shown} inner={inner} /> : null}
      </svg>
    </div>
  );
}
