import { clock } from '../../../ui/format.ts';
import { BreakerMark } from '../../../ui/glyphs/breaker.tsx';
import { LANES } from '../geometry.ts';
import { type Axis, clip } from '../model/axis.ts';
import type { BreakerRow, BreakerSegment } from '../model/breaker-lane.ts';

const MAX_ROWS = 2;

type Intervals = readonly (readonly [number, number])[];

/** Closed is said only where somebody reported it. */
function ClosedLine(props: { axis: Axis; y: number; from: number; to: number; reported: Intervals }) {
  const { axis, y, from, to, reported } = props;
  const d = reported
    .map(([a, b]) => [Math.max(a, from), Math.min(b, to)] as const)
    .filter(([a, b]) => b > a)
    .map(([a, b]) => `M${axis.x(a).toFixed(1)} ${y}H${axis.x(b).toFixed(1)}`)
    .join('');
  return d === '' ? null : <path d={d} stroke="var(--ok)" strokeWidth={1.5} opacity={0.75} />;
}

interface SegmentProps {
  segment: BreakerSegment;
  axis: Axis;
  y: number;
  reported: Intervals;
}

function Segment({ segment, axis, y, reported }: SegmentProps) {
  const cut = clip(axis, segment.from, segment.to);
  if (!cut) return null;
  const x1 = axis.x(cut[0]);
  const width = Math.max(1, axis.x(cut[1]) - x1);
  switch (segment.state) {
    case 'closed':
      return <ClosedLine axis={axis} y={y} from={cut[0]} to={cut[1]} reported={reported} />;
    case 'open':
    case 'forced_open':
      return (
        <>
          <rect
            x={x1}
            y={y - 5}
            width={Math.max(2, width)}
            height={10}
            rx={1.5}
            fill="var(--open)"
            fillOpacity={segment.chaos ? 0.9 : 0.45}
          />
          {width > 40 && segment.chaos ? (
            <text x={x1 + 5} y={y + 3.6} fontSize={10.5} fontWeight={700} fill="var(--bg0)">
              OPEN
            </text>
          ) : null}
        </>
      );
    case 'half_open':
      return (
        <rect
          x={x1}
          y={y - 4.5}
          width={Math.max(3, width)}
          height={9}
          rx={1.5}
          fill="var(--bg1)"
          stroke="var(--half)"
          strokeWidth={1.4}
          strokeDasharray="2.5 1.5"
        />
      );
    case 'disabled':
      return <path d={`M${x1} ${y}h${width}`} stroke="var(--unknown)" strokeDasharray="2 3" />;
  }
}

function NextTry({ row, axis, y }: { row: BreakerRow; axis: Axis; y: number }) {
  if (row.nextTryAt === null || row.nextTryAt <= axis.now) return null;
  const x1 = axis.x(axis.now);
  const x2 = axis.x(Math.min(row.nextTryAt, axis.to));
  return (
    <g>
      <path d={`M${x1} ${y}H${x2}`} stroke="var(--open)" strokeDasharray="3 3" />
      {row.nextTryAt <= axis.to ? (
        <>
          <g transform={`translate(${x2 + 8} ${y}) scale(.8)`}>
            <BreakerMark state="half_open" />
          </g>
          <text x={x2 + 18} y={y + 3.6} fontSize={10.5} fill="var(--ink3)">
            half-open {clock(row.nextTryAt)}
          </text>
        </>
      ) : null}
    </g>
  );
}

interface LaneProps {
  rows: readonly BreakerRow[];
  reported: Intervals;
  axis: Axis;
}

/** State of the breakers which moved; when none did, one line for all says so. */
export function BreakerLane({ rows, reported, axis }: LaneProps) {
  const { top, height } = LANES.breakers;
  const shown = rows.slice(0, MAX_ROWS);
  if (shown.length === 0) {
    return <ClosedLine axis={axis} y={top + height / 2} from={axis.from} to={axis.now} reported={reported} />;
  }
  return (
    <g>
      {shown.map((row, i) => {
        const y = shown.length === 1 ? top + height / 2 : top + 10 + i * 14;
        return (
          <g key={row.id}>
            {row.segments.map((segment) => (
              <Segment key={segment.from} segment={segment} axis={axis} y={y} reported={reported} />
            ))}
            <NextTry row={row} axis={axis} y={y} />
          </g>
        );
      })}
    </g>
  );
}
