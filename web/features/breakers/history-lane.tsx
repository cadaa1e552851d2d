'use client';
import { durationText } from '../../ui/format.ts';
import { breakerHue, breakerWord, hueColor } from '../../ui/state.ts';
import { useWidth } from '../../ui/use-width.ts';
import styles from './breakers.module.css';
import type { BreakerCell, StateSpan } from './model.ts';

function Stretch({ span, x, width }: { span: StateSpan; x: number; width: number }) {
  const color = hueColor(breakerHue(span.state));
  const title = (
    <title>{`${breakerWord(span.state)} for ${Math.round((span.to - span.from) / 1000)} s`}</title>
  );
  if (span.state === 'closed' || span.state === 'disabled') {
    return (
      <path d={`M${x} 8h${width}`} stroke={color} strokeWidth={1.4} opacity={0.62}>
        {title}
      </path>
    );
  }
  const open = span.state === 'open' || span.state === 'forced_open';
  return (
    <rect
      x={x}
      y={3}
      width={Math.max(2, width)}
      height={10}
      rx={2}
      fill={open ? color : 'var(--bg1)'}
      stroke={open ? 'none' : color}
      strokeDasharray={open ? undefined : '3 2'}
    >
      {title}
    </rect>
  );
}

function openings(n: number): string {
  return n === 0 ? 'did not open' : n === 1 ? 'opened once' : `opened ${n} times`;
}

/** Every state of the range on one line. */
export function HistoryLane({ cell, from, to }: { cell: BreakerCell; from: number; to: number }) {
  const [ref, width] = useWidth<HTMLDivElement>(400);
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * width;
  const words = openings(cell.openings);
  return (
    <div className={styles.history}>
      <span>{durationText(Math.round((to - from) / 1000) * 1000)}</span>
      <div ref={ref} style={{ flex: 1, minWidth: 0 }}>
        <svg
          width={width}
          height={16}
          role="img"
          aria-label={`History: ${words}`}
          style={{ display: 'block' }}
        >
          {cell.history.map((s) => (
            <Stretch key={s.from} span={s} x={x(s.from)} width={x(s.to) - x(s.from)} />
          ))}
        </svg>
      </div>
      <span>{words} in the range</span>
    </div>
  );
}
