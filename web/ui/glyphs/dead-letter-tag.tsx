/** Dead letters held now, 46 x 16, top left corner at the origin. */
export function DeadLetterTag({ count }: { count: number }) {
  const text = `DLQ ${count}`;
  const width = Math.max(46, text.length * 6.6 + 8);
  return (
    <g>
      <rect width={width} height={16} rx={3} fill="var(--bg1)" stroke="var(--failing)" />
      <text x={width / 2} y={12} textAnchor="middle" fontSize={10.5} fontWeight={600} fill="var(--failing)">
        {text}
      </text>
    </g>
  );
}
