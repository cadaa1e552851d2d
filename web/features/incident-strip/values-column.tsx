import { useMemo } from 'react';
import type { PageWindow } from '../../live/use-window.ts';
import { clock } from '../../ui/format.ts';
import { hueColor } from '../../ui/state.ts';
import { LANES, type LaneName } from './geometry.ts';
import { type ValueLine, valuesAt } from './model/values.ts';

function rowY(lane: LaneName, index: number, of: number): number {
  const { top } = LANES[lane];
  if (lane === 'deploys') return top + 12;
  if (lane === 'faults') return top + 18;
  return of === 1 ? top + 21 : top + 15 + index * 14;
}

const MAX_CHARS = 29;

function Line({ line, x, y }: { line: ValueLine; x: number; y: number }) {
  const room = Math.max(0, MAX_CHARS - line.value.length);
  const words =
    line.words.length > room ? `${line.words.slice(0, room - 1).replace(/[ ,]+$/, '')}…` : line.words;
  const color = line.hue === 'neutral' ? 'var(--ink1)' : hueColor(line.hue);
  return (
    <text x={x} y={y} fill="var(--ink2)" fontSize={11}>
      <tspan fontWeight={600} fill={color}>
        {line.value}
      </tspan>
      {words}
    </text>
  );
}

interface Props {
  page: PageWindow;
  at: number;
  left: number;
  front: readonly string[];
}

/** The right column: exact values of every lane at the cursor, so that lanes need no tooltips. */
export function ValuesColumn({ page, at, left, front }: Props) {
  const { timeline, loading } = page;
  const second = Math.floor(at / 250) * 250;
  const lines = useMemo(
    () => (loading ? [] : valuesAt(timeline, second, front)),
    [loading, timeline, second, front],
  );
  const seen = new Map<LaneName, number>();
  return (
    <g>
      <text x={left + 16} y={17} fill="var(--ink3)" fontSize={10.5}>
        {clock(at)}
      </text>
      {lines.map((line) => {
        const index = seen.get(line.lane) ?? 0;
        seen.set(line.lane, index + 1);
        const of = lines.filter((l) => l.lane === line.lane).length;
        return <Line key={`${line.lane}${index}`} line={line} x={left + 16} y={rowY(line.lane, index, of)} />;
      })}
    </g>
  );
}
