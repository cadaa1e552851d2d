import { assertNever } from '@stormglass/agents/contract';

export type InvariantLook = 'ok' | 'pending' | 'violated';

/** ok: ring and tick; pending: dashed ring and clock; violated: filled octagon and cross. */
export function InvariantGlyph({ look, size = 15 }: { look: InvariantLook; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      role="img"
      aria-label={look}
      fill="none"
      strokeLinecap="round"
    >
      {draw(look)}
    </svg>
  );
}

function draw(look: InvariantLook) {
  switch (look) {
    case 'ok':
      return (
        <g stroke="var(--ok)" strokeWidth={1.4}>
          <circle cx={8} cy={8} r={6.3} />
          <path d="m5.2 8.2 2 2 3.6-4" />
        </g>
      );
    case 'pending':
      return (
        <g stroke="var(--unknown)" strokeWidth={1.4}>
          <circle cx={8} cy={8} r={6.3} strokeDasharray="2.6 2" />
          <path d="M8 4.8V8l2.2 1.6" />
        </g>
      );
    case 'violated':
      return (
        <g>
          <path d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z" fill="var(--failing)" />
          <path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" stroke="var(--bg1)" strokeWidth={1.6} />
        </g>
      );
    default:
      return assertNever(look);
  }
}
