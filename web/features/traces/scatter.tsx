'use client';
import type { TraceSummary } from '@stormglass/agents/contract';
import { clock, durationText } from '../../ui/format.ts';
import { useWidth } from '../../ui/use-width.ts';
import { type ScatterPoint, scatterOf } from './list-model.ts';
import styles from './search.module.css';

const HEIGHT = 128;
const LEFT = 58;
const RIGHT = 16;
const TOP = 10;
const BOTTOM = 20;

function describe(t: TraceSummary): string {
  const failed = t.errorCount > 0 ? `, ${t.errorCount} failed` : '';
  const touched = t.faultIds.length > 0 ? `, fault ${t.faultIds.join(', ')}` : '';
  return `${clock(t.startMs)} ${t.rootService} ${t.rootName}, ${durationText(t.durationMs)}${failed}${touched}`;
}

function Mark({
  point,
  x,
  y,
  open,
}: {
  point: ScatterPoint;
  x: number;
  y: number;
  open: (id: string) => void;
}) {
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

interface Props {
  traces: readonly TraceSummary[];
  from: number;
  to: number;
  open: (id: string) => void;
}

/** Latency over time: a dot a trace, a cross when it failed, in the colour of a fault when one touched it. */
export function LatencyScatter({ traces, from, to, open }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(900);
  const { points, ticks } = scatterOf(traces, from, to);
  const inner = Math.max(10, width - LEFT - RIGHT);
  const place = (x: number) => LEFT + x * inner;
  const lift = (y: number) => TOP + y * (HEIGHT - TOP - BOTTOM);
  const times = [0, 0.25, 0.5, 0.75, 1].filter((_, i) => width > 600 || i % 2 === 0);
  return (
    <div ref={ref} className={styles.scatter}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`Latency of ${traces.length} traces over time`}
      >
        {ticks.map((t) => (
          <g key={t.ms}>
            <path d={`M${LEFT} ${lift(t.y)}H${width - RIGHT}`} stroke="var(--line1)" />
            <text x={LEFT - 8} y={lift(t.y) + 3.5} textAnchor="end" fontSize={10.5} fill="var(--ink3)">
              {durationText(t.ms)}
            </text>
          </g>
        ))}
        {times.map((t) => (
          <text
            key={t}
            x={place(t)}
            y={HEIGHT - 5}
            textAnchor={t === 0 ? 'start' : t === 1 ? 'end' : 'middle'}
            fontSize={10.5}
            fill="var(--ink3)"
          >
            {clock(from + (to - from) * t)}
          </text>
        ))}
        {points.map((p) => (
          <Mark key={p.trace.traceId} point={p} x={place(p.x)} y={lift(p.y)} open={open} />
        ))}
      </svg>
    </div>
  );
}
