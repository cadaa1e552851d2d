import { clock } from '../../ui/format.ts';
import { STRIP_HEIGHT } from './geometry.ts';
import { type Axis, ticks } from './model/axis.ts';

const PILL_CHAR = 6.4;

/** Ticks with their hairlines; those under the pill give way. */
export function Ticks({ axis, pillX }: { axis: Axis; pillX: number }) {
  return (
    <g>
      {ticks(axis).map((at) => {
        const x = axis.x(at);
        return (
          <g key={at}>
            <path d={`M${x} 24V${STRIP_HEIGHT - 4}`} stroke="var(--line1)" />
            {Math.abs(x - pillX) > 76 && x > axis.left + 24 && x < axis.left + axis.width - 24 ? (
              <text x={x} y={17} textAnchor="middle" fill="var(--ink3)" fontSize={10.5}>
                {clock(at)}
              </text>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}

/** The cursor: a line of ink through all lanes with its instant in a pill. */
export function CursorPill({ axis, at, words }: { axis: Axis; at: number; words: string }) {
  const x = axis.x(at);
  if (x < axis.left - 1 || x > axis.left + axis.width + 1) return null;
  const text = words === '' ? clock(at) : `${clock(at)} ${words}`;
  const width = text.length * PILL_CHAR + 12;
  const middle = Math.min(Math.max(x, axis.left + width / 2), axis.left + axis.width - width / 2);
  return (
    <g>
      <path d={`M${x} 22V${STRIP_HEIGHT}`} stroke="var(--ink1)" />
      <rect x={middle - width / 2} y={4} width={width} height={18} rx={4} fill="var(--ink1)" />
      <text x={middle} y={17} textAnchor="middle" fill="var(--bg1)" fontSize={11} fontWeight={600}>
        {text}
      </text>
    </g>
  );
}
