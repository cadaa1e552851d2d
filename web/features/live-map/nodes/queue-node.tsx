import type { QueueView } from '../../../live/figures.ts';
import { count, countdown, durationText, rateText } from '../../../ui/format.ts';
import { DeadLetterTag } from '../../../ui/glyphs/dead-letter-tag.tsx';
import { TankMark } from '../../../ui/glyphs/tank.tsx';
import type { NodeData } from '../map-types.ts';
import { TANK } from '../model/cells.ts';
import { NodeLabel } from './node-label.tsx';

const { width: WIDTH, height: HEIGHT } = TANK;
const DEEP = 20;
/** A sample older than this is no knowledge of now, milliseconds. */
const STALE_MS = 10_000;

function words(queue: QueueView): string {
  if (queue.paused)
    return queue.oldestAgeMs === null ? 'paused' : `paused, oldest ${durationText(queue.oldestAgeMs)}`;
  if (queue.ready + queue.delayed > DEEP) {
    const drain =
      queue.drainSeconds === null ? 'not draining' : `empty in ${countdown(queue.drainSeconds * 1000)}`;
    return queue.oldestAgeMs === null ? drain : `${countdown(queue.oldestAgeMs)} old, ${drain}`;
  }
  return `${rateText(queue.inRate)} in, ${rateText(queue.outRate)} out`;
}

/** A queue: a tank filled against its recent maximum. */
export function QueueNode({ data }: { data: NodeData }) {
  const { queue } = data.figures;
  const depth = queue ? queue.ready + queue.delayed : 0;
  const stale = !queue || queue.ageMs > STALE_MS;
  return (
    <g>
      <rect x={-WIDTH / 2 - 4} y={-HEIGHT / 2 - 4} width={WIDTH + 8} height={HEIGHT + 8} fill="var(--bg0)" />
      <g transform={`translate(${-WIDTH / 2} ${-HEIGHT / 2})`}>
        <TankMark
          {...TANK}
          fill={depth / Math.max(DEEP * 4, queue?.recentMax ?? 0)}
          value={queue ? count(depth) : '–'}
          stale={stale}
          paused={queue?.paused === true}
        />
      </g>
      {queue && queue.dead > 0 ? (
        <g transform={`translate(${WIDTH / 2 - 16} ${-HEIGHT / 2 - 8})`}>
          <DeadLetterTag count={queue.dead} />
        </g>
      ) : null}
      <NodeLabel y={HEIGHT / 2 + 16} node={data.node}>
        {queue ? words(queue) : 'depth unknown'}
      </NodeLabel>
    </g>
  );
}
