import { LANES } from '../geometry.ts';
import type { Axis } from '../model/axis.ts';
import type { SagaBar } from '../model/saga-lane.ts';

/** Room below the line, px. */
const BELOW = 8;

/** Confirmed sagas above the line, undone and failed below; an unfinished bucket is dashed. */
export function SagaLane({ bars, max, axis }: { bars: readonly SagaBar[]; max: number; axis: Axis }) {
  const { top, height } = LANES.sagas;
  const base = top + height - 10;
  const up = (rate: number) => (max === 0 ? 0 : (rate / max) * (height - 15));
  // Undone and failed share the room below the line.
  const below = (bar: SagaBar): readonly [undone: number, failed: number] => {
    const fit = Math.min(1, BELOW / Math.max(1, up(bar.undone + bar.failed)));
    return [bar.undone, bar.failed].map((rate) => (rate > 0 ? Math.max(2, up(rate) * fit) : 0)) as [
      number,
      number,
    ];
  };
  return (
    <g>
      {bars.map((bar) => {
        const x1 = Math.max(axis.left, axis.x(bar.from));
        const width = Math.max(1, axis.x(Math.min(bar.to, axis.now)) - x1 - 1);
        const h = up(bar.confirmed);
        if (axis.x(bar.to) <= axis.left) return null;
        const [undone, failed] = below(bar);
        return (
          <g key={bar.from}>
            {h > 0 ? (
              <rect
                x={x1}
                y={base - h}
                width={width}
                height={h}
                fill="var(--ok)"
                opacity={bar.unfinished ? 0.35 : 0.7}
              />
            ) : null}
            <rect x={x1} y={base + 1} width={width} height={undone} fill="var(--comp)" />
            <rect x={x1} y={base + 1 + undone} width={width} height={failed} fill="var(--failing)" />
          </g>
        );
      })}
      <path d={`M${axis.left} ${base + 0.5}H${axis.x(axis.now)}`} stroke="var(--line3)" />
    </g>
  );
}
