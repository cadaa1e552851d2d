import { assertNever } from '@stormglass/agents/contract';
import type { SquareState } from './model.ts';

/** A state by its shape: a square is read without its colour. */
export function SquareGlyph({ state }: { state: SquareState }) {
  return (
    <svg width={14} height={14} viewBox="0 0 14 14" aria-hidden="true" fill="none" strokeLinecap="round">
      {draw(state)}
    </svg>
  );
}

function draw(state: SquareState) {
  switch (state) {
    case 'survives':
      return <path d="m3.6 7.3 2.3 2.3 4.5-5" stroke="var(--ok)" strokeWidth={1.6} />;
    case 'degrades':
      return (
        <path d="M2.4 8.4c1.5-3.4 3-3.4 4.6-1.4s3 2 4.6-1.4" stroke="var(--degraded)" strokeWidth={1.7} />
      );
    case 'breaks':
      return <path d="m3.6 3.6 6.8 6.8m0-6.8-6.8 6.8" stroke="var(--failing)" strokeWidth={1.8} />;
    case 'corrupts':
      return (
        <g>
          <path d="M4.6 1.4h4.8l3.2 3.2v4.8l-3.2 3.2H4.6L1.4 9.4V4.6z" fill="var(--failing)" />
          <path d="M7 4v3.6" stroke="var(--bg1)" strokeWidth={1.7} />
          <circle cx={7} cy={10} r={0.6} fill="var(--bg1)" />
        </g>
      );
    case 'inconclusive':
      return (
        <g stroke="var(--unknown)" strokeWidth={1.4}>
          <path d="M5 5.2a2 2 0 1 1 2.9 1.7c-.6.4-.9.7-.9 1.5" />
          <path d="M7 10.6v.1" />
        </g>
      );
    case 'running':
      return (
        <path
          d="M7 1.6 11.7 4.3v5.4L7 12.4 2.3 9.7V4.3z"
          fill="url(#hatch-fault)"
          stroke="var(--fault)"
          strokeWidth={1.3}
        />
      );
    case 'waiting':
      return <circle cx={7} cy={7} r={2} stroke="var(--unknown)" strokeWidth={1.3} />;
    case 'untested':
      return <path d="M4.5 9.5l5-5" stroke="var(--unknown)" strokeWidth={1.3} />;
    default:
      return assertNever(state);
  }
}
