import { LANES } from '../geometry.ts';
import type { Axis } from '../model/axis.ts';
import type { DeployMark } from '../model/deploy-lane.ts';

/** Starts point down, ends are crosses; words where there is room for them. */
export function DeployLane({ marks, axis }: { marks: readonly DeployMark[]; axis: Axis }) {
  const { top } = LANES.deploys;
  return (
    <g>
      {marks.map((mark, i) => {
        const x = axis.x(mark.at);
        const next = marks[i + 1];
        const room = (next ? axis.x(next.at) : axis.left + axis.width) - x;
        return (
          <g key={mark.id} transform={`translate(${x} ${top + 8.5})`}>
            {mark.look === 'start' ? (
              <path d="M-4-3.5h8l-4 7z" fill="var(--ink2)" />
            ) : (
              <path d="M-3-3 3 3M3-3-3 3" stroke="var(--ink1)" strokeWidth={1.5} strokeLinecap="round" />
            )}
            {room > mark.words.length * 5.7 + 20 ? (
              <text x={9} y={3.6} fontSize={10.5} fill="var(--ink3)">
                {mark.words}
              </text>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}
