'use client';
import { clock, count } from '../../ui/format.ts';
import { useWidth } from '../../ui/use-width.ts';
import type { Drain, QueueCard } from './model.ts';

const TOP = 10;
const FOOT = 4;
/** Right of now there is this share of the width for what is predicted. */
const AHEAD = 0.18;

interface Frame {
  x: (at: number) => number;
  y: (depth: number) => number;
  now: number;
}

function Prediction({ drain, depth, at, frame }: { drain: Drain; depth: number; at: number; frame: Frame }) {
  if (drain.kind !== 'draining' && drain.kind !== 'filling') return null;
  const until = drain.kind === 'draining' ? drain.emptyAt : at + 10_000;
  const level = drain.kind === 'draining' ? 0 : depth + drain.perSecond * 10;
  return (
    <path
      d={`M${frame.now} ${frame.y(depth)}L${frame.x(until)} ${frame.y(level)}`}
      stroke="var(--queue)"
      strokeWidth={1.5}
      strokeDasharray="3 3"
      fill="none"
    />
  );
}

interface Props {
  card: QueueCard;
  at: number;
  /** How much of the past is drawn, ms. */
  lengthMs: number;
  faults: readonly (readonly [from: number, to: number])[];
  height: number;
  ticks: boolean;
}

/** Depth over the last minutes, and dashed where it goes from here. */
export function DepthChart({ card, at, lengthMs, faults, height, ticks }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(300);
  const from = at - lengthMs;
  const axis = ticks ? 34 : 0;
  const inner = width - axis;
  const now = inner * (1 - AHEAD);
  const ahead = (lengthMs * AHEAD) / (1 - AHEAD);
  const points = card.points.filter((p) => p.at >= from - 2000);
  const top = Math.max(4, ...points.map((p) => p.depth));
  const x = (t: number) => Math.min(inner, Math.max(0, ((t - from) / (lengthMs + ahead)) * inner));
  const y = (depth: number) => TOP + (1 - Math.min(1.1, depth / top)) * (height - TOP - FOOT);
  const line = points
    .map((p, i) => `${i === 0 ? 'M' : 'L'}${x(p.at).toFixed(1)} ${y(p.depth).toFixed(1)}`)
    .join('');
  const first = points[0];
  const last = points[points.length - 1];
  const label = `Depth of ${card.queue}: ${card.depth} now, at most ${top} since ${clock(from)}`;
  return (
    <div ref={ref}>
      <svg width={width} height={height} role="img" aria-label={label}>
        {faults.map(([a, b]) => (
          <rect
            key={a}
            x={x(a)}
            y={TOP}
            width={Math.max(1, x(b) - x(a))}
            height={height - TOP - FOOT}
            fill="url(#hatch-fault-faint)"
          />
        ))}
        {ticks
          ? [top, top / 2, 0].map((v) => (
              <g key={v}>
                <path d={`M0 ${y(v)}H${inner}`} stroke="var(--line1)" />
                <text x={width} y={y(v) + 3.5} textAnchor="end" fontSize={10.5} fill="var(--ink3)">
                  {count(Math.round(v))}
                </text>
              </g>
            ))
          : null}
        {first && last ? (
          <path
            d={`${line}L${x(last.at)} ${y(0)}L${x(first.at)} ${y(0)}Z`}
            fill="var(--queue)"
            fillOpacity={0.3}
          />
        ) : null}
        <path d={line} fill="none" stroke="var(--queue)" strokeWidth={1.5} />
        <path d={`M${now} ${TOP - 6}V${height - FOOT}`} stroke="var(--ink1)" />
        {last ? <Prediction drain={card.drain} depth={card.depth} at={at} frame={{ x, y, now }} /> : null}
      </svg>
    </div>
  );
}
