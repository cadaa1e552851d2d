/** A service's own database, 10 x 12, on a cleared ground; a bar through it means down. Around the origin. */
export function DatabaseMark({ down = false, ground = true }: { down?: boolean; ground?: boolean }) {
  const color = down ? 'var(--failing)' : 'var(--ink3)';
  return (
    <g>
      {ground ? <rect x={-8} y={-8} width={16} height={16} rx={4} fill="var(--bg0)" /> : null}
      <path
        d="M-5-4.2v7.6c0 1.4 2.2 2.4 5 2.4s5-1 5-2.4v-7.6"
        fill="var(--bg1)"
        stroke={color}
        strokeWidth={1.1}
      />
      <ellipse cy={-4.2} rx={5} ry={2} fill="var(--bg1)" stroke={color} strokeWidth={1.1} />
      {down ? (
        <path d="M-7 5.5 7-5.5" stroke="var(--failing)" strokeWidth={1.8} strokeLinecap="round" />
      ) : null}
    </g>
  );
}

export function DatabaseGlyph({ down = false, size = 14 }: { down?: boolean; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="-8 -8 16 16"
      role="img"
      aria-label={down ? 'database down' : 'database'}
    >
      <DatabaseMark down={down} ground={false} />
    </svg>
  );
}
