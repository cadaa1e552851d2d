import { SLOW_MS } from '../../../live/figures.ts';
import { LANES } from '../geometry.ts';
import type { Axis } from '../model/axis.ts';
import type { DurationLine, ErrorBar } from '../model/error-lane.ts';

const LOW_MS = 1;
const HIGH_MS = 6_000;

function logY(ms: number): number {
  const { top, height } = LANES.errors;
  const clamped = Math.min(HIGH_MS, Math.max(LOW_MS, ms));
  const share = Math.log(clamped / LOW_MS) / Math.log(HIGH_MS / LOW_MS);
  return top + height - 4 - share * (height - 9);
}

function pathOf(line: DurationLine, axis: Axis): string {
  let path = '';
  let last = Number.NEGATIVE_INFINITY;
  // A gap of ten seconds without an answer is a gap, not a line.
  for (const [at, p95] of line.points) {
    path += `${at - last > 10_000 ? 'M' : 'L'}${axis.x(at).toFixed(1)} ${logY(p95).toFixed(1)}`;
    last = at;
  }
  return path;
}

/** Slow or failed answers at the entrance as bars, p95 as logarithmic lines, the limit dotted. */
export function ErrorLane(props: { bars: readonly ErrorBar[]; lines: readonly DurationLine[]; axis: Axis }) {
  const { bars, lines, axis } = props;
  const { top, height } = LANES.errors;
  const base = top + height - 3;
  const [first, second] = lines;
  return (
    <g fill="none" strokeLinejoin="round">
      {bars.map((bar) => {
        const x1 = Math.max(axis.left, axis.x(bar.from));
        const width = Math.max(1, axis.x(Math.min(bar.to, axis.now)) - x1 - 1);
        const h = Math.max(2, bar.share * (height - 10));
        return (
          <rect
            key={bar.from}
            x={x1}
            y={base - h}
            width={width}
            height={h}
            fill="var(--failing)"
            opacity={bar.calls < 10 ? 0.35 : 0.75}
          />
        );
      })}
      <path
        d={`M${axis.left} ${logY(SLOW_MS)}H${axis.left + axis.width}`}
        stroke="var(--line3)"
        strokeDasharray="1 4"
      />
      {second ? <path d={pathOf(second, axis)} stroke="var(--ink3)" /> : null}
      {first ? <path d={pathOf(first, axis)} stroke="var(--ink1)" strokeWidth={1.3} /> : null}
    </g>
  );
}
