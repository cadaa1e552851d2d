import type { ReactNode } from 'react';
import { hueColor, type StateHue } from '../state.ts';

interface RingProps {
  r: number;
  /** Share of the wait that is left, 0..1; empties clockwise from 12. */
  left: number;
  hue: StateHue;
  width?: number;
  dashed?: boolean;
}

/** The ring around the origin, for use inside an svg. */
export function CountdownRing({ r, left, hue, width = 3, dashed = false }: RingProps) {
  const color = hueColor(hue);
  const length = 2 * Math.PI * r;
  const share = Math.max(0, Math.min(1, left));
  return (
    <g fill="none" strokeWidth={width}>
      <circle
        r={r}
        stroke={`color-mix(in srgb, ${color} 24%, transparent)`}
        strokeDasharray={dashed ? '3 2.5' : undefined}
      />
      {share > 0 ? (
        <circle
          r={r}
          stroke={color}
          strokeDasharray={dashed ? '3 2.5' : `${share * length} ${length}`}
          transform="rotate(-90)"
        />
      ) : null}
    </g>
  );
}

/** A ring of its own with something in the middle (drawn around the origin). */
export function CountdownGlyph({
  size,
  children,
  label,
  ...ring
}: Omit<RingProps, 'r'> & { size: number; children?: ReactNode; label: string }) {
  const half = size / 2;
  return (
    <svg
      width={size}
      height={size}
      viewBox={`${-half} ${-half} ${size} ${size}`}
      role="img"
      aria-label={label}
    >
      <CountdownRing r={half - (ring.width ?? 3) / 2 - 0.5} {...ring} />
      {children}
    </svg>
  );
}
