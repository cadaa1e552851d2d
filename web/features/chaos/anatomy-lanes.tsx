import { durationText } from '../../ui/format.ts';
import { HALO } from '../../ui/glyphs/halo.ts';
import { breakerHue, breakerWord, hueColor } from '../../ui/state.ts';
import type { Anatomy, BreakerLane } from './anatomy.ts';

/** Coordinates of the drawing. `x` maps epoch ms to px. */
export interface Frame {
  x: (at: number) => number;
  left: number;
  right: number;
}

export interface LaneProps {
  frame: Frame;
  y: number;
}

export function LaneName({ y, name, note }: { y: number; name: string; note?: string | undefined }) {
  return (
    <g>
      <text x={16} y={y} fontSize={11.5} fontWeight={600} fill="var(--ink1)">
        {name}
      </text>
      {note ? (
        <text x={16} y={y + 15} fontSize={10.5} fill="var(--ink3)">
          {note.length > 24 ? `${note.slice(0, 23)}…` : note}
        </text>
      ) : null}
    </g>
  );
}

export function FaultLane({ frame, y, faults }: LaneProps & { faults: Anatomy['faults'] }) {
  return (
    <g>
      <LaneName y={y + 14} name="Fault" />
      {faults.map((f) => {
        const x0 = frame.x(f.from);
        const width = Math.max(3, frame.x(f.to) - x0);
        const words = f.title.length * 6.3;
        const inside = words + 16 < width;
        return (
          <g key={`${f.from}${f.title}`}>
            <title>{`${f.title}, ${durationText(f.to - f.from)}${f.readBack ? `, ${f.readBack}` : ''}`}</title>
            <rect
              x={x0}
              y={y + 2}
              width={width}
              height={16}
              rx={2}
              fill="url(#hatch-fault)"
              stroke="var(--fault)"
              strokeDasharray={f.endKnown ? undefined : '4 3'}
            />
            {inside ? <rect x={x0 + 4} y={y + 4} width={words + 8} height={12} fill="var(--bg0)" /> : null}
            <text
              x={inside ? x0 + 8 : x0 + width + 8}
              y={y + 14}
              fontSize={11}
              fontWeight={600}
              fill="var(--fault)"
              {...HALO}
            >
              {f.title}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function BreakerSpan({ frame, y, span }: LaneProps & { span: BreakerLane['spans'][number] }) {
  const x0 = frame.x(span.from);
  const width = frame.x(span.to) - x0;
  const color = hueColor(breakerHue(span.state));
  const words = `${breakerWord(span.state)} ${durationText(span.to - span.from)}`;
  if (span.state === 'closed' || span.state === 'disabled') {
    return <path d={`M${x0} ${y + 10}h${width}`} stroke={color} strokeWidth={1.4} opacity={0.7} />;
  }
  if (span.state === 'half_open') {
    return (
      <rect
        x={x0}
        y={y + 4}
        width={Math.max(3, width)}
        height={12}
        fill="var(--bg0)"
        stroke={color}
        strokeDasharray="2.5 2"
        strokeWidth={1.4}
      >
        <title>{words}</title>
      </rect>
    );
  }
  return (
    <g>
      <title>{words}</title>
      <rect x={x0} y={y + 4} width={Math.max(2, width)} height={13} rx={2} fill={color} />
      {width > 64 ? (
        <text x={x0 + 6} y={y + 14.5} fontSize={10.5} fontWeight={700} fill="var(--bg0)">
          OPEN {durationText(span.to - span.from)}
        </text>
      ) : null}
    </g>
  );
}

export function BreakerLanes({ frame, y, lanes }: LaneProps & { lanes: BreakerLane[] }) {
  if (lanes.length === 0) {
    return (
      <g>
        <LaneName y={y + 14} name="Breaker" />
        <path
          d={`M${frame.left} ${y + 10}H${frame.right}`}
          stroke="var(--ok)"
          strokeWidth={1.4}
          opacity={0.7}
        />
        <text x={frame.left + 8} y={y + 24} fontSize={10.5} fill="var(--ink3)">
          none moved
        </text>
      </g>
    );
  }
  return (
    <g>
      <LaneName y={y + 13} name={lanes.length > 1 ? 'Breakers' : 'Breaker'} note={lanes[0]?.title} />
      {lanes.map((lane, i) => (
        <g key={`${lane.title}${lane.spans[0]?.from}${lane.spans.length}`}>
          <title>{lane.title}</title>
          {lane.spans.map((s) => (
            <BreakerSpan key={s.from} frame={frame} y={y + i * 18} span={s} />
          ))}
        </g>
      ))}
    </g>
  );
}

export function QueueLane({
  frame,
  y,
  queue,
  height,
}: LaneProps & { queue: Anatomy['queue']; height: number }) {
  const base = y + height - 6;
  if (!queue) return <LaneName y={y + 14} name="Queue depth" note="no queue measured" />;
  const top = Math.max(4, queue.peak);
  const level = (depth: number) => base - (depth / top) * (height - 26);
  const points = queue.points.map((p) => `${frame.x(p.at).toFixed(1)} ${level(p.depth).toFixed(1)}`);
  const first = queue.points[0];
  const last = queue.points.at(-1);
  return (
    <g>
      <LaneName y={y + 14} name="Queue depth" note={queue.name} />
      {[top, top / 2].map((v) => (
        <g key={v}>
          <path d={`M${frame.left} ${level(v)}H${frame.right}`} stroke="var(--line1)" />
          <text x={frame.left - 8} y={level(v) + 4} textAnchor="end" fontSize={10.5} fill="var(--ink3)">
            {Math.round(v)}
          </text>
        </g>
      ))}
      {first && last ? (
        <path
          d={`M${frame.x(first.at)} ${base}L${points.join('L')}L${frame.x(last.at)} ${base}Z`}
          fill="var(--queue)"
          fillOpacity={0.28}
        />
      ) : null}
      <path d={`M${points.join('L')}`} fill="none" stroke="var(--queue)" strokeWidth={1.5} />
      {queue.peak > 0 ? (
        <g>
          <circle
            cx={frame.x(queue.peakAt)}
            cy={level(queue.peak)}
            r={3}
            fill="var(--bg0)"
            stroke="var(--queue)"
            strokeWidth={1.6}
          />
          <text
            x={frame.x(queue.peakAt) + 8}
            y={level(queue.peak) + 4}
            fontSize={11}
            fontWeight={600}
            fill="var(--ink1)"
            {...HALO}
          >
            {queue.peak} waiting
          </text>
        </g>
      ) : null}
    </g>
  );
}
