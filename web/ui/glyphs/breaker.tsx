import { assertNever, type BreakerState } from '@stormglass/agents/contract';
import { breakerHue, breakerWord, hueColor } from '../state.ts';

function blade(state: BreakerState): { path: string; dash?: string } {
  switch (state) {
    case 'closed':
    case 'disabled':
      return { path: 'M-4 1.5H4' };
    case 'open':
    case 'forced_open':
      return { path: 'M-4 1.5 3-4.2' };
    case 'half_open':
      return { path: 'M-4 1.5 3.6-1.6', dash: '2 1.4' };
    default:
      return assertNever(state);
  }
}

interface MarkProps {
  state: BreakerState;
  /** No calls in the window: flat and grey. */
  quiet?: boolean;
}

/** Two terminals and a blade, around the origin, for use inside an svg: the blade is the state. */
export function BreakerMark({ state, quiet = false }: MarkProps) {
  const color = quiet && state === 'closed' ? 'var(--ink3)' : hueColor(breakerHue(state));
  const { path, dash } = blade(state);
  return (
    <g stroke={color} strokeWidth={1.5} strokeLinecap="round" fill="none">
      <path d={path} strokeDasharray={dash} />
      <circle cx={-5.3} cy={1.5} r={1.4} fill={color} stroke="none" />
      <circle cx={5.3} cy={1.5} r={1.4} fill={color} stroke="none" />
    </g>
  );
}

/** The breaker as a picture of its own. */
export function BreakerGlyph({ state, quiet = false, size = 18 }: MarkProps & { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="-9 -9 18 18"
      role="img"
      aria-label={`breaker ${breakerWord(state)}`}
    >
      <BreakerMark state={state} quiet={quiet} />
    </svg>
  );
}
