import { clock, countdown } from '../../../ui/format.ts';
import { LANES } from '../geometry.ts';
import { type Axis, clip } from '../model/axis.ts';
import type { FaultBar } from '../model/fault-lane.ts';

const TEXT = { fontSize: 10.5, paintOrder: 'stroke', strokeWidth: 4, strokeLinejoin: 'round' } as const;
/** About how wide a character of 10.5 px is. */
const CHAR = 5.7;

function Label({ bar, axis, y, x1, x2 }: { bar: FaultBar; axis: Axis; y: number; x1: number; x2: number }) {
  const need = bar.words.length * CHAR + 12;
  if (x2 - x1 >= need) {
    return (
      <>
        <rect x={x1 + 5} y={y + 2} width={need - 4} height={11} fill="var(--bg1)" opacity={0.82} />
        <text x={x1 + 8} y={y + 11} {...TEXT} stroke="none" fontWeight={600} fill="var(--fault)">
          {bar.words}
        </text>
      </>
    );
  }
  const left = x1 - axis.left > need;
  return (
    <text
      x={left ? x1 - 7 : x2 + 7}
      y={y + 11}
      textAnchor={left ? 'end' : 'start'}
      {...TEXT}
      stroke="var(--bg1)"
      fontWeight={600}
      fill="var(--fault)"
    >
      {bar.words}
    </text>
  );
}

/** Faults as they really were; from now to the end of the lease only an outline. */
export function FaultLane({ bars, rows, axis }: { bars: readonly FaultBar[]; rows: number; axis: Axis }) {
  const lane = LANES.faults;
  const height = rows > 1 ? 9 : 15;
  return (
    <g>
      {bars.map((bar) => {
        const y = lane.top + (rows > 1 ? 2 + bar.row * 11 : 6);
        const seen = clip(axis, bar.from, bar.to);
        const ahead = bar.leaseEnd === null ? null : clip(axis, bar.to, bar.leaseEnd);
        const x1 = axis.x(seen?.[0] ?? bar.from);
        const x2 = axis.x(seen?.[1] ?? bar.to);
        return (
          <g key={bar.id}>
            {seen ? (
              <rect
                x={x1}
                y={y}
                width={Math.max(2, x2 - x1)}
                height={height}
                rx={2}
                fill="url(#hatch-fault)"
                stroke="var(--fault)"
              />
            ) : null}
            {ahead && bar.leaseEnd !== null ? (
              <>
                <rect
                  x={axis.x(ahead[0])}
                  y={y}
                  width={Math.max(1, axis.x(ahead[1]) - axis.x(ahead[0]))}
                  height={height}
                  fill="none"
                  stroke="var(--fault)"
                  strokeDasharray="3 3"
                  opacity={0.8}
                />
                {axis.x(ahead[1]) - axis.x(ahead[0]) > 120 ? (
                  <text
                    x={axis.x(ahead[1]) - 6}
                    y={y + 11}
                    textAnchor="end"
                    {...TEXT}
                    stroke="var(--bg0)"
                    fill="var(--ink3)"
                  >
                    lease ends{' '}
                    {bar.leaseEnd > axis.to ? `in ${countdown(bar.leaseEnd - bar.to)}` : clock(bar.leaseEnd)}
                  </text>
                ) : null}
              </>
            ) : null}
            {rows === 1 ? <Label bar={bar} axis={axis} y={y} x1={x1} x2={x2} /> : null}
          </g>
        );
      })}
    </g>
  );
}
