import { LANES } from '../geometry.ts';
import type { Axis } from '../model/axis.ts';
import type { SagaBar } from '../model/saga-lane.ts';

/** Confirmed sagas above the line, undone and failed below; an unfinished bucket is dashed. */
export function SagaLane({ bars, max, axis }: { bars: readonly SagaBar[]; max: number; axis: Axis }) {
  const { top, height } = LANES.sagas;
  const base = top + height - 10;
  const up = (rate: number) => (max === 0 ? 0 : (rate / max) * (height - 15));
  const down = (rate: number) => Math.min(8, up(rate));
  return (
    <g>
      {bars.map((bar) => {
        const x1 = Math.max(axis.left, axis.x(bar.from));
        const width = Math.max(1, axis.x(Math.min(bar.to, axis.now)) - x1 - 1);
        const h = up(bar.confirmed);
        if (axis.x(bar.to) <= axis.left) return null;
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
            {bar.undone > 0 ? (
              <rect
                x={x1}
                y={base + 1}
                width={width}
                height={Math.max(2, down(bar.undone))}
                fill="var(--comp)"
              />
            ) : null}
            {bar.failed > 0 ? (
              <rect
                x={x1}
                y={base + 1 + (bar.undone > 0 ? Math.max(2, down(bar.undone)) : 0)}
                width={width}
                height={Math.max(2, down(bar.failed))}
                fill="var(--failing)"
              />
            ) : null}
          </g>
        );
      })}
      <path d={`M${axis.left} ${base + 0.5}H${axis.x(axis.now)}`} stroke="var(--line3)" />
    </g>
  );
}
