import { clock, countdown } from '../../../ui/format.ts';
import { LANES } from '../geometry.ts';
import { type Axis, clip } from '../model/axis.ts';
import { type LabelPlace, labelPlaces, labelWidth } from '../model/fault-labels.ts';
import type { FaultBar } from '../model/fault-lane.ts';

const TEXT = { fontSize: 10.5, paintOrder: 'stroke', strokeWidth: 4, strokeLinejoin: 'round' } as const;
function Label({ bar, place, y }: { bar: FaultBar; place: LabelPlace; y: number }) {
  if (place.side === 'inside') {
    return (
      <>
        <rect
          x={place.x + 5}
          y={y + 2}
          width={labelWidth(bar.words) - 4}
          height={11}
          fill="var(--bg1)"
          opacity={0.82}
        />
        <text x={place.x + 8} y={y + 11} {...TEXT} stroke="none" fontWeight={600} fill="var(--fault)">
          {bar.words}
        </text>
      </>
    );
  }
  return (
    <text
      x={place.x}
      y={y + 11}
      textAnchor={place.side === 'left' ? 'end' : 'start'}
      {...TEXT}
      stroke="var(--bg1)"
      fontWeight={600}
      fill="var(--fault)"
    >
      {bar.words}
    </text>
  );
}

const NO_LABELS: ReadonlyMap<string, LabelPlace> = new Map();

/** Faults as they really were; from now to the end of the lease only an outline. */
export function FaultLane({ bars, rows, axis }: { bars: readonly FaultBar[]; rows: number; axis: Axis }) {
  const lane = LANES.faults;
  const height = rows > 1 ? 9 : 15;
  const places = rows === 1 ? labelPlaces(bars, axis) : NO_LABELS;
  return (
    <g>
      {bars.map((bar) => {
        const place = places.get(bar.id);
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
            {place ? <Label bar={bar} place={place} y={y} /> : null}
          </g>
        );
      })}
    </g>
  );
}
