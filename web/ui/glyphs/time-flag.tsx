/** `t0` to `t4`: an 18 x 16 pill of ink, centred on the origin. */
export function TimeFlag({ text }: { text: string }) {
  return (
    <g>
      <rect x={-9} y={-8} width={18} height={16} rx={4} fill="var(--ink1)" />
      <text y={4} textAnchor="middle" fontSize={10.5} fontWeight={600} fill="var(--bg1)">
        {text}
      </text>
    </g>
  );
}
