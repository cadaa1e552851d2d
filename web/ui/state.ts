import { assertNever, type BreakerState } from '@stormglass/agents/contract';

/** The hues of the design: each means a state and nothing else. `neutral` has none. */
export type StateHue =
  | 'ok'
  | 'degraded'
  | 'failing'
  | 'open'
  | 'half'
  | 'unknown'
  | 'fault'
  | 'comp'
  | 'queue'
  | 'neutral';

/** The CSS colour of a state. */
export function hueColor(hue: StateHue): string {
  return hue === 'neutral' ? 'var(--ink2)' : `var(--${hue})`;
}

export function breakerHue(state: BreakerState): StateHue {
  switch (state) {
    case 'closed':
      return 'ok';
    case 'open':
    case 'forced_open':
      return 'open';
    case 'half_open':
      return 'half';
    case 'disabled':
      return 'unknown';
    default:
      return assertNever(state);
  }
}

export function breakerWord(state: BreakerState): string {
  switch (state) {
    case 'closed':
      return 'closed';
    case 'open':
      return 'open';
    case 'forced_open':
      return 'forced open';
    case 'half_open':
      return 'half-open';
    case 'disabled':
      return 'disabled';
    default:
      return assertNever(state);
  }
}
