/** Hexagon with its point up: whatever was done on purpose. Around the origin, for use inside an svg. */
export function CrystalMark({ r, strokeWidth = 1.3 }: { r: number; strokeWidth?: number }) {
  const x = (r * Math.sqrt(3)) / 2;
  const y = r / 2;
  const points = `0,${-r} ${x},${-y} ${x},${y} 0,${r} ${-x},${y} ${-x},${-y}`;
  return (
    <polygon
      points={points}
      fill="url(#hatch-fault)"
      stroke="var(--fault)"
      strokeWidth={strokeWidth}
      strokeLinejoin="round"
    />
  );
}

export function CrystalGlyph({ r = 5, label }: { r?: number; label?: string }) {
  const half = r + 1;
  const box = `${-half} ${-half} ${half * 2} ${half * 2}`;
  const mark = <CrystalMark r={r} strokeWidth={r <= 5 ? 1.2 : 1.3} />;
  if (!label) {
    return (
      <svg width={half * 2} height={half * 2} viewBox={box} aria-hidden="true">
        {mark}
      </svg>
    );
  }
  return (
    <svg width={half * 2} height={half * 2} viewBox={box} role="img" aria-label={label}>
      {mark}
    </svg>
  );
}
