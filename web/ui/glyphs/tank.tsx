interface TankProps {
  width?: number;
  height?: number;
  /** 0..1 of the recent maximum. */
  fill: number;
  /** Ready messages, as text. */
  value: string;
  stale?: boolean;
  /** Nothing is taken out of it, because somebody wanted that. */
  paused?: boolean;
}

/** An open tank with its top left corner at the origin; the level is depth against the recent maximum. */
export function TankMark({ width = 84, height = 46, fill, value, stale = false, paused = false }: TankProps) {
  const inner = height - 6;
  const level = Math.max(0, Math.min(1, fill)) * inner;
  const top = height - 3 - level;
  const foot = 5;
  const side = height - foot;
  return (
    <g>
      <path
        d={`M0 0v${side}q0 ${foot} ${foot} ${foot}h${width - 2 * foot}q${foot} 0 ${foot} ${-foot}v${-side}`}
        fill="var(--bg1)"
        stroke="var(--ink3)"
        strokeWidth={1.4}
      />
      {stale ? (
        <rect x={2} y={2} width={width - 4} height={height - 5} fill="url(#hatch-stale)" />
      ) : (
        <g fill="var(--queue)">
          <rect x={2} y={top} width={width - 4} height={level} rx={level > 6 ? 3 : 0} opacity={0.38} />
          <rect x={2} y={top - 0.8} width={width - 4} height={1.6} opacity={0.85} />
        </g>
      )}
      {paused ? (
        <path d="M6 6v9M10.5 6v9" stroke="var(--degraded)" strokeWidth={2.4} strokeLinecap="round" />
      ) : null}
      <text
        x={width / 2}
        y={height / 2 + 5}
        textAnchor="middle"
        fontSize={width > 60 ? 14 : 12}
        fontWeight={600}
        fill="var(--ink1)"
      >
        {value}
      </text>
    </g>
  );
}

export function TankGlyph({ label, ...tank }: TankProps & { label: string }) {
  const { width = 84, height = 46 } = tank;
  return (
    <svg
      width={width + 2}
      height={height + 2}
      viewBox={`-1 -1 ${width + 2} ${height + 2}`}
      role="img"
      aria-label={label}
    >
      <TankMark {...tank} />
    </svg>
  );
}
