import { LANES } from '../geometry.ts';
import type { Axis } from '../model/axis.ts';
import type { QueueLine } from '../model/queue-lane.ts';

/** Below this peak a queue is drawn small: three waiting messages are no mountain. */
const MIN_SCALE = 20;

function pathOf(line: QueueLine, axis: Axis, y: (depth: number) => number): string {
  return line.points
    .map(([at, depth], i) => `${i === 0 ? 'M' : 'L'}${axis.x(at).toFixed(1)} ${y(depth).toFixed(1)}`)
    .join('');
}

/** Depth: the deepest queue as an area, the next one as a thin line, on one scale. */
export function QueueLane({ lines, axis }: { lines: readonly QueueLine[]; axis: Axis }) {
  const { top, height } = LANES.queues;
  const base = top + height - 3;
  const scale = Math.max(MIN_SCALE, lines[0]?.peak ?? 0);
  const y = (depth: number) => base - (depth / scale) * (height - 8);
  const [first, second] = lines;
  if (!first || first.points.length === 0) return null;
  const path = pathOf(first, axis, y);
  const x1 = axis.x(first.points[0]?.[0] ?? axis.from).toFixed(1);
  const x2 = axis.x(first.points.at(-1)?.[0] ?? axis.now).toFixed(1);
  return (
    <g fill="none" strokeLinejoin="round">
      <path d={`${path}L${x2} ${base}L${x1} ${base}Z`} fill="var(--queue)" fillOpacity={0.22} />
      <path d={path} stroke="var(--queue)" strokeWidth={1.4} />
      {second ? <path d={pathOf(second, axis, y)} stroke="var(--ink3)" /> : null}
    </g>
  );
}
