'use client';
import { useCursor } from '../../ui/cursor.ts';
import { breakerHue, hueColor } from '../../ui/state.ts';
import { stretchWords } from './history.ts';
import type { StateSpan } from './model.ts';

function Stretch({ span, x, width }: { span: StateSpan; x: number; width: number }) {
  const color = hueColor(breakerHue(span.state));
  const title = <title>{stretchWords(span)}</title>;
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

interface Props {
  history: readonly StateSpan[];
  from: number;
  to: number;
  /** Px. */
  width: number;
  label: string;
}

function CursorLine({ x, width }: { x: (at: number) => number; width: number }) {
  const cursor = useCursor();
  const at = cursor === null ? -1 : x(cursor);
  return at < 0 || at > width ? null : <path d={`M${at.toFixed(1)} 0v16`} stroke="var(--ink2)" />;
}

/** The states of a breaker on one line, with the page's cursor. */
export function Stretches({ history, from, to, width, label }: Props) {
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * width;
  return (
    <svg width={width} height={16} role="img" aria-label={label} style={{ display: 'block' }}>
      {history.map((span) => (
        <Stretch key={span.from} span={span} x={x(span.from)} width={x(span.to) - x(span.from)} />
      ))}
      <CursorLine x={x} width={width} />
    </svg>
  );
}
